import { spawn } from "node:child_process";
import { messageOf } from "../../provider";

/** A stack of a Pulumi program. */
export interface StackName {
  readonly stack: string;
  /** The program's folder; default: the current one. */
  readonly cwd?: string | undefined;
}

/** Runs `pulumi` and returns its stdout; throws with its stderr if it fails. */
function runPulumi(args: readonly string[], { stack, cwd }: StackName): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", [...args, "--stack", stack, "--non-interactive", "--color", "never"], {
      cwd: cwd ?? process.cwd(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.once("error", (error) => {
      reject(new Error(`--stack ${stack}: can't run pulumi in ${cwd ?? "this folder"} (${messageOf(error)})`));
    });
    child.once("close", (code) => {
      if (code === 0) {
        resolve(Buffer.concat(stdout).toString("utf8"));
        return;
      }
      const said = Buffer.concat(stderr).toString("utf8").trim().replace(/\s+/g, " ");
      reject(new Error(`pulumi ${args[0]} --stack ${stack} failed: ${said === "" ? `exit code ${code}` : said}`));
    });
  });
}

/** Returns a stack's config with its secrets: the output of `pulumi config --json`. */
export function stackConfig(name: StackName): Promise<string> {
  return runPulumi(["config", "--json", "--show-secrets"], name);
}

/** Returns a stack's state with its secrets encrypted: the output of `pulumi stack export`. */
export function stackState(name: StackName): Promise<string> {
  return runPulumi(["stack", "export"], name);
}
