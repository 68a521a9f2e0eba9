import { ConfigError } from "../config/config-error.ts";
import { loadConfig } from "../config/load.ts";
import type { LoadedConfig } from "../config/load.ts";
import { findConfigFile } from "../config/find-file.ts";
import { watchFiles } from "../config/watch-files.ts";
import { createLog } from "../log.ts";
