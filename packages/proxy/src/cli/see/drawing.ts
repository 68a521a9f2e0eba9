export { drawDiagram, formatTapLine } from "@pagoda/traffic/view";
