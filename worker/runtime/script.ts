// The worker's file, for pages that bring none of their own.
import { start } from "./main.js";

start();
