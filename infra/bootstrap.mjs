// Brings a bare machine to the point where Rostrum's TypeScript can run, then runs one of its commands.
// The only plain-JavaScript file of the project: no dependencies, and no syntax newer than Node 20's.
//
// usage: node infra/bootstrap.mjs start|demo|dev|test|bench|soak|check|recordings|audit [arguments of that command]

import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Debian packages by purpose; `worker` is what compiling mediasoup's worker takes. */
export const packages = {
  run: [
    'gjs',
    'gir1.2-gstreamer-1.0',
    'gir1.2-gst-plugins-base-1.0',
    'gir1.2-gtk-3.0',
    'gir1.2-pango-1.0',
    'gstreamer1.0-plugins-base',
    'gstreamer1.0-plugins-good',
    'gstreamer1.0-plugins-bad',
    'gstreamer1.0-plugins-ugly',
    'gstreamer1.0-libav',
    'fonts-dejavu-core',
  ],
  worker: [
    'g++',
    'meson',
    'ninja-build',
    'pkg-config',
    'libuv1-dev',
    'libssl-dev',
    'libsrtp2-dev',
    'libflatbuffers-dev',
    'flatbuffers-compiler',
    'libabsl-dev',
  ],
  test: [
    'chromium',
    'baresip-core',
    'baresip-ffmpeg',
    'sip-tester',
    'kamailio',
    'coturn',
    'openssl',
    'iproute2',
    'nftables',
    'gcc',
    'libc6-dev',
    'libre-dev',
    'ffmpeg',
    'gstreamer1.0-tools',
    'python3-swift',
  ],
};

const purposesOf = {
  start: ['run'],
  demo: ['run'],
  dev: ['run'],
  test: ['run', 'test'],
  bench: ['run', 'test'],
  soak: ['run', 'test'],
  check: [],
  recordings: [],
  audit: [],
};

const texts = {
  vi: {
    usage: 'Cách dùng: node infra/bootstrap.mjs start|demo|dev|test|bench|soak|check|recordings|audit [đối số]',
    packages: 'Cài các gói Debian',
    packageLists: 'Cập nhật danh sách gói Debian',
    needRoot: 'Thiếu một số gói Debian. Hãy chạy lệnh sau rồi thử lại:',
    needOther: 'Không tìm thấy dpkg. Hệ thống cần phần mềm tương đương với các gói Debian sau:',
    npm: 'Cài các gói npm',
    node: 'Tải Node cho Rostrum',
    nodeFailed: 'Node vừa cài không chạy được:',
    waiting: 'Chờ một tiến trình cài đặt khác',
    failed: 'Không thành công:',
    log: 'Toàn bộ kết quả:',
  },
  en: {
    usage: 'Usage: node infra/bootstrap.mjs start|demo|dev|test|bench|soak|check|recordings|audit [arguments]',
    packages: 'Installing Debian packages',
    packageLists: 'Updating the lists of Debian packages',
    needRoot: 'Some Debian packages are missing. Run this command, then try again:',
    needOther: 'No dpkg found. The system needs what these Debian packages contain:',
    npm: 'Installing npm packages',
    node: 'Fetching Node for Rostrum',
    nodeFailed: 'The installed Node does not run:',
    waiting: 'Waiting for another installation',
    failed: 'Failed:',
    log: 'Full output:',
  },
};

/** The language of messages on the terminal, as POSIX locales give it: 'vi' or 'en'. */
export function terminalLanguage(env = process.env) {
  return (env.LC_ALL || env.LC_MESSAGES || env.LANG || '').startsWith('vi') ? 'vi' : 'en';
}

const text = texts[terminalLanguage()];

/** A failure that has been explained to the person already. */
export class Explained extends Error {}

/** Shows that `work` (a promise) goes on once it takes longer than a second; `lastLine` says where it stands. */
export async function showProgress(label, work, lastLine = () => '') {
  const started = Date.now();
  const terminal = process.stderr.isTTY;
  let frame = 0;
  let shown = false;
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const timer = setInterval(
    () => {
      if (Date.now() - started < 900) return;
      const line = `${label} … ${seconds()} s  ${lastLine()}`.slice(0, (process.stderr.columns ?? 120) - 3);
      if (terminal) process.stderr.write(`\r\x1b[2K${'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'[frame++ % 10]} ${line}`);
      else if (!shown || seconds() % 10 === 0) process.stderr.write(`${line}\n`);
      shown = true;
    },
    terminal ? 200 : 1000,
  );
  const finish = (mark) => {
    clearInterval(timer);
    if (terminal && shown) process.stderr.write('\r\x1b[2K');
    if (shown || mark === '✗') process.stderr.write(`${mark} ${label} (${seconds()} s)\n`);
  };
  try {
    const result = await work;
    finish('✓');
    return result;
  } catch (error) {
    finish('✗');
    throw error;
  }
}

/** The process groups of steps that run now; owned by `runStep`, ended with this process. */
const running = new Set();
process.on('exit', () => {
  for (const child of running) {
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch {
      // ESRCH: it has just ended by itself.
    }
  }
});

/**
 * Runs a command with progress. Its output goes to `.rostrum/log/NAME.log`; the tail is shown when it fails.
 * Rejects with `Explained` then.
 */
export async function runStep({ name, label, command, args, cwd = root, env = process.env }) {
  const logFolder = join(root, '.rostrum', 'log');
  mkdirSync(logFolder, { recursive: true });
  const logFile = join(logFolder, `${name}.log`);
  const log = createWriteStream(logFile);
  // A full disk must not hide what the step itself has to say.
  log.on('error', () => {});
  let tail = '';
  const ended = new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    if (child.pid) running.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (chunk) => {
        log.write(chunk);
        tail = (tail + chunk).slice(-4000);
      });
    }
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running.delete(child);
      if (code === 0) resolve();
      else reject(new Error(`${command}: ${signal ?? code}`));
    });
  });
  const lines = () => tail.trimEnd().split(/[\r\n]+/);
  try {
    await showProgress(label, ended, () => lines().at(-1));
  } catch (error) {
    const shown = lines().slice(-20).join('\n');
    process.stderr.write(`${shown}\n${text.failed} ${error.message}\n${text.log} ${logFile}\n`);
    throw new Explained(error.message);
  } finally {
    // The log is whole when the step is over.
    await new Promise((resolve) => log.end(resolve));
  }
}

/**
 * Waits for an exclusive lock on a file and resolves to the function that releases it. The lock is the kernel's
 * (flock(1), held by a child that ends with its input), so it cannot outlive this process.
 */
export async function acquireLock(path) {
  mkdirSync(dirname(path), { recursive: true });
  const holder = spawn('flock', [path, '-c', 'echo; exec cat'], { stdio: ['pipe', 'pipe', 'ignore'] });
  holder.stdin.on('error', () => {});
  const held = new Promise((resolve, reject) => {
    holder.stdout.once('data', resolve);
    holder.once('error', reject);
    holder.once('exit', (code) => reject(new Error(`flock: ${code}`)));
  });
  await showProgress(text.waiting, held);
  return () => holder.stdin.end();
}

/** The packages of the given purposes that dpkg does not list as installed; `undefined` where there is no dpkg. */
export function missingPackages(purposes) {
  const wanted = purposes.flatMap((purpose) => packages[purpose]);
  if (wanted.length === 0) return [];
  const query = spawnSync('dpkg-query', ['-W', '-f', `\${Package} \${db:Status-Status}\n`, ...wanted], {
    encoding: 'utf8',
  });
  return query.error ? undefined : listMissing(wanted, query.stdout);
}

/** Which of `wanted` have no "NAME installed" line in dpkg-query's output. */
export function listMissing(wanted, listing) {
  const installed = new Set(listing.split('\n').filter((line) => line.endsWith(' installed')));
  return wanted.filter((name) => !installed.has(`${name} installed`));
}

/** Installs missing Debian packages, or says how to. `later` are purposes that may be needed in the same start. */
export async function ensurePackages(purposes, later = []) {
  const missing = missingPackages(purposes);
  if (missing?.length === 0) return;
  if (!missing) {
    // Another distribution: whoever runs it may have installed the same things under other names.
    process.stderr.write(`${text.needOther}\n  ${purposes.flatMap((purpose) => packages[purpose]).join(' ')}\n`);
    return;
  }
  if (process.getuid() !== 0) {
    const all = [...missing, ...missingPackages(later)].join(' ');
    process.stderr.write(
      `${text.needRoot}\n  sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends ${all}'\n`,
    );
    throw new Explained('packages');
  }
  await installPackages(missing);
}

async function installPackages(missing) {
  const release = await acquireLock(join(root, '.rostrum', 'packages.lock'));
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
    // Finishes what an interrupted installation left half configured.
    spawnSync('dpkg', ['--configure', '-a'], { env, stdio: 'ignore' });
    const options = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=2'];
    // A third party's unreachable list must not stop the installation: that one decides.
    await runStep({
      name: 'apt-update',
      label: text.packageLists,
      command: 'apt-get',
      args: [...options, 'update'],
      env,
    }).catch(() => {});
    const args = [...options, 'install', '-y', '--no-install-recommends', ...missing];
    await runStep({ name: 'apt-install', label: text.packages, command: 'apt-get', args, env });
  } finally {
    release();
  }
}

const readJson = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
};

/**
 * Whether npm's record of what it installed (`node_modules/.package-lock.json`, written last) has every package that
 * the lock file demands. Optional ones are left out: most of them are for other platforms.
 */
export function lockMatches(lock, installed) {
  if (!lock?.packages || !installed?.packages) return false;
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (path === '' || wanted.optional || wanted.devOptional) return true;
    const found = installed.packages[path];
    return found?.version === wanted.version && found?.integrity === wanted.integrity;
  });
}

const modulesMatch = () =>
  lockMatches(readJson(join(root, 'package-lock.json')), readJson(join(root, 'node_modules', '.package-lock.json')));

/** The environment without what an enclosing `npm start` put there: npm inside npm must find its own folder. */
function plainEnvironment() {
  const passed = Object.entries(process.env).filter(
    ([name]) => !/^(npm_package_|npm_lifecycle_|npm_config_local_prefix$|npm_command$|INIT_CWD$)/.test(name),
  );
  return Object.fromEntries(passed);
}

const nodeFolder = join(root, 'node_modules', 'node');
const ownNode = join(nodeFolder, 'bin', 'node');
const nodeMark = join(nodeFolder, '.rostrum-verified');

function nodeRuns() {
  const version = readJson(join(nodeFolder, 'package.json'))?.version;
  if (!existsSync(ownNode)) return false;
  if (existsSync(nodeMark)) return true;
  if (spawnSync(ownNode, ['--version'], { encoding: 'utf8' }).stdout?.trim() !== `v${version}`) return false;
  writeFileSync(nodeMark, '');
  return true;
}

const machineNodeIsEnough = () => Number(process.versions.node.split('.')[0]) >= 24;

const isInstalled = () => modulesMatch() && (machineNodeIsEnough() || nodeRuns());

/** npm packages as locked, and Node 24 from the package `node` where the machine's is older. Resolves to the Node to use. */
async function ensureModules() {
  if (!isInstalled()) {
    const release = await acquireLock(join(root, '.rostrum', 'modules.lock'));
    try {
      const env = plainEnvironment();
      if (!modulesMatch())
        await runStep({ name: 'npm', label: text.npm, command: 'npm', args: ['ci', '--ignore-scripts'], env });
      if (!machineNodeIsEnough() && !nodeRuns()) {
        // What an interrupted run unpacked halfway would pass for installed.
        rmSync(join(nodeFolder, 'node_modules', `node-${process.platform}-${process.arch}`), {
          recursive: true,
          force: true,
        });
        const args = ['installArchSpecificPackage.js'];
        await runStep({ name: 'node', label: text.node, command: process.execPath, args, cwd: nodeFolder, env });
        if (!nodeRuns()) {
          process.stderr.write(`${text.nodeFailed} ${ownNode}\n`);
          throw new Explained('node');
        }
      }
    } finally {
      release();
    }
  }
  return machineNodeIsEnough() ? process.execPath : ownNode;
}

/** Replaces this process as far as a parent can: same terminal, signals passed on, exit code passed back. */
function hand(node, script, args) {
  // The channel tells the command when this process is gone, however it went.
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', join(root, 'infra', script), ...args], {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}` },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.removeAllListeners(signal);
    process.on(signal, () => child.kill(signal));
  }
  if (process.env.npm_lifecycle_event) {
    // Started by npm, which cannot pass on its own SIGKILL.
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 1000).unref();
  }
  child.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
}

async function main([command = '', ...args]) {
  const purposes = purposesOf[command];
  if (!purposes) {
    process.stderr.write(`${text.usage}\n`);
    process.exit(2);
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => process.exit(128 + constants.signals[signal]));
  }
  if (!args.includes('--help')) await ensurePackages(purposes, purposes.includes('run') ? ['worker'] : []);
  hand(await ensureModules(), `${command}.ts`, args);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main(process.argv.slice(2)).catch((error) => {
    if (!(error instanceof Explained)) process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  });
}
