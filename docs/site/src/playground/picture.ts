/**
 * Pictures that a program made, as elements of the page. The program may be a stranger's, so only
 * what draws is taken over: no scripts, no links, nothing from elsewhere.
 */

/** The drawing in an SVG text; `null` if the text is none. */
export async function pictureOf(svg: string): Promise<SVGElement | null> {
  let unwanted = 0;
  const named = svg
    .replace(/<svg(?![^>]*\sxmlns=)/, '<svg xmlns="http://www.w3.org/2000/svg"')
    // They would be removed below; a browser complains when it reads them.
    .replaceAll(/\s(?:xlink:)?href="data:image\/png;base64,([^"]*)"/g, ' data-pixels="$1"')
    .replaceAll(/\s(?:on\w+|style)\s*=/gi, () => ` data-${unwanted++}=`);
  const parsed = new DOMParser().parseFromString(named, "image/svg+xml").documentElement;
  if (parsed.localName !== "svg" || parsed.querySelector("parsererror") !== null) return null;
  for (const one of [parsed, ...parsed.querySelectorAll("*")]) {
    if (/^(script|style|foreignObject|a|iframe|animate|set)$/i.test(one.localName)) one.remove();
    for (const { name, value } of Array.from(one.attributes)) {
      const leads = name.endsWith("href") && !value.startsWith("#");
      if (leads || name === "style" || name.startsWith("on")) one.removeAttribute(name);
    }
  }
  const drawing = document.importNode(parsed, true) as unknown as SVGElement;
  await Promise.all([...drawing.querySelectorAll("image")].map(painted));
  const [, width = "", height = ""] = /^[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)$/.exec(
    drawing.getAttribute("viewBox") ?? "",
  ) ?? ["", "", drawing.getAttribute("width") ?? "", drawing.getAttribute("height") ?? ""];
  if (!drawing.hasAttribute("viewBox")) drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
  drawing.setAttribute("role", "img");
  return drawing;
}

/** Images in a drawing are data, which the policy of the page does not load: they are painted. */
async function painted(image: SVGImageElement): Promise<void> {
  const data = image.dataset["pixels"];
  if (data === undefined) return image.remove();
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  canvas.getContext("2d")!.drawImage(bitmap, 0, 0);
  canvas.className = "pixels";
  const frame = document.createElementNS("http://www.w3.org/2000/svg", "foreignObject");
  for (const name of ["x", "y", "width", "height"]) {
    frame.setAttribute(name, image.getAttribute(name) ?? "0");
  }
  frame.append(canvas);
  image.replaceWith(frame);
}
