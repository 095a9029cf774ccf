/**
 * `@nabla/viz`: pictures of fits, losses and descents, as SVG text, and computation graphs, drawn
 * and explained. The public names, nothing else.
 * Each plot function returns a panel; `figure` lays panels out into one SVG document.
 * Read `figure.ts` next, then any plot: each is one file.
 */
export { backwardSteps } from "./backward-steps.js";
export type { BackwardOptions, BackwardShare, BackwardStep } from "./backward-steps.js";
export { confusionTable } from "./confusion-table.js";
export type { ConfusionTableOptions } from "./confusion-table.js";
export { decisionBoundary } from "./decision-boundary.js";
export type { DecisionBoundaryOptions } from "./decision-boundary.js";
export { descentOnSurface } from "./descent-on-surface.js";
export type { DescentOnSurfaceOptions } from "./descent-on-surface.js";
export { descentsOnCurve } from "./descents-on-curve.js";
export type { DescentPath, DescentsOnCurveOptions } from "./descents-on-curve.js";
export { PlotError } from "./errors.js";
export { explain } from "./explain.js";
export type { ExplainOptions } from "./explain.js";
export { figure } from "./figure.js";
export type { FigureOptions } from "./figure.js";
export { graph } from "./graph.js";
export type { Drawing, GraphOptions } from "./graph.js";
export { imageGrid } from "./image-grid.js";
export type { ImageGridOptions } from "./image-grid.js";
export { keepValues } from "@nabla/core/inspect";
export type { Model } from "./labels.js";
export { lossCurve } from "./loss-curve.js";
export type { LossCurveOptions } from "./loss-curve.js";
export { pointsAndCurves } from "./points-and-curves.js";
export type { Curve, PointsAndCurvesOptions } from "./points-and-curves.js";
export { pointsAndLines } from "./points-and-lines.js";
export type { Line, PointsAndLinesOptions } from "./points-and-lines.js";
export { surfaceRange } from "./surface-range.js";
export type { SurfaceRange } from "./surface-range.js";
export type { Range } from "./axis.js";
export type { Numbers } from "./numbers.js";
export type { Panel, PanelOptions } from "./panel.js";
export type { Point } from "./path.js";
