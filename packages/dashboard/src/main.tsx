import { render } from "preact";

import { App } from "./app.tsx";
import { followTraffic } from "./state/traffic.ts";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/parts.css";
import "./styles/pictures.css";

const root = document.getElementById("app");
if (root !== null) {
  followTraffic();
  render(<App />, root);
}
