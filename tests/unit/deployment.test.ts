import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary-directory.js';

const dockerfile = readFileSync('Dockerfile', 'utf8');
const compose = readFileSync('compose.yaml', 'utf8');
const { scripts, version } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>;
  version: string;
};

describe('D3: the image', () => {
  test('runs as a user by number, and declares no volume', () => {
    expect(dockerfile).toMatch(/^USER \d+:\d+$/m);
    expect(dockerfile).not.toMatch(/^VOLUME/m);
  });

  test('says what it is, and is probed where it listens', () => {
    for (const label of ['title', 'description', 'licenses']) {
      expect(dockerfile).toMatch(new RegExp(`org\\.opencontainers\\.image\\.${label}="[^"]+"`));
    }
    expect(dockerfile).toContain(`org.opencontainers.image.version="${version}"`);
    expect(dockerfile).toMatch(/^HEALTHCHECK (.*\\\n)?.*process\.env\.PORT.*\/health\/live/m);
  });

  test('holds every script that its commands run', () => {
    const commands = ['start', 'worker', 'migrate', 'gatehouse', 'admin:create', 'user', 'keys:rotate'];
    const run = commands.flatMap((name) => [scripts[`pre${name}`] ?? '', scripts[name] ?? '']).join(' ');
    const files = [...run.matchAll(/scripts\/[\w-]+\.js/g)].map(([file]) => file);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(dockerfile).toContain(file);
  });

  test('takes a build without sources for a fresh one', () => {
    const folder = temporaryDirectory('image');
    mkdirSync(join(folder, 'dist'));
    mkdirSync(join(folder, 'scripts'));
    writeFileSync(join(folder, 'dist/.built'), '');
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    cpSync('scripts/ensure-built.js', join(folder, 'scripts/ensure-built.js'));
    expect(execFileSync(process.execPath, ['scripts/ensure-built.js'], { cwd: folder }).toString()).toBe('');
  });
});

interface Service {
  env_file?: { path: string; required: boolean }[];
  environment?: Record<string, string>;
  healthcheck?: { disable?: boolean; test?: string[]; timeout?: string };
  image: string;
  mem_limit: string;
  pids_limit: number;
  profiles?: string[];
  read_only: boolean;
  security_opt: string[];
  tmpfs: string[];
  volumes?: string[];
}

// The parser that codegen.yml is read with.
const yaml = createRequire(resolve('node_modules/@graphql-codegen/cli/package.json'))('yaml') as {
  parse(text: string, options: object): { services: Record<string, Service> };
};
const { services } = yaml.parse(compose, { merge: true });
const ours = ['migrate', 'gateway', 'worker'];

describe('D2: compose.yaml', () => {
  test.each(Object.entries(services))('confines %s', (_name, service) => {
    expect(service.read_only).toBe(true);
    expect(service.security_opt).toContain('no-new-privileges:true');
    expect(service.tmpfs).toContain('/tmp');
    expect(service.mem_limit).toMatch(/^\$\{[A-Z]+_MEMORY:-\d+[mg]\}$/);
    expect(service.pids_limit).toBeGreaterThan(0);
    expect(service.image).not.toMatch(/:latest$/);
  });

  test('hands .env on to the three services of one image, and nothing of it to the others', () => {
    const given = Object.entries(services).filter(([, service]) => service.env_file !== undefined);
    expect(given.map(([name]) => name)).toEqual(ours);
    for (const [, service] of given) {
      expect(service.env_file).toEqual([{ path: '.env', required: false }]);
      expect(service.image).toBe('gatehouse');
      // What is set here wins over the file, so that only what this deployment decides stands here.
      expect(Object.keys(service.environment ?? {}).toSorted()).toEqual(
        ['NODE_ENV', 'PUBLIC_URL', 'HOST', 'PORT', 'DATA_DIR', 'SECRET_KEY', 'DATABASE_URL', 'REDIS_URL', 'SMTP_URL']
          .concat('MAIL_FROM', 'RUN_WORKER')
          .toSorted(),
      );
    }
  });

  // `docker compose up --wait` reports a failure for a running container whose image has a check that is switched off.
  test('leaves every service that keeps running with a health check', () => {
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
    const { migrate, ...running } = services;
    expect(migrate?.healthcheck?.disable).toBe(true);
    for (const [name, { healthcheck }] of Object.entries(running)) {
      expect(healthcheck?.disable, name).toBeUndefined();
      if (name !== 'gateway') expect(healthcheck?.test?.length, name).toBeGreaterThan(1);
    }
  });

  test('is built once, and mails nowhere by itself', () => {
    expect(compose).not.toMatch(/SMTP_URL: \$\{SMTP_URL:-/);
    expect(services.mailpit?.profiles).toEqual(['mailpit']);
    expect(compose.match(/^\s+build:/gm)).toHaveLength(1);
  });
});
