import type { Migration, MigrationProvider } from 'kysely/migration';
import { accountsAndRoles } from './account-tables.ts';
import { deskDirectory, deskMeetings } from './desk-tables.ts';
import { feedbackTable } from './feedback.ts';
import { lineTestTables } from './line-tests.ts';
import { noticesOfRooms } from './notices.ts';
import { pinTable } from './pins.ts';
import { programs } from './programs.ts';
import { encryptedRecordings, unbrokenRecordings, wellKeptRecordings } from './recording-tables.ts';
import { rehearsalTables, stoppedRounds } from './rehearsals.ts';

/** In the order of their names. A migration that was released is never edited: add another. */
const MIGRATIONS: Record<string, Migration> = {
  '2026-11-first-meeting': {
    async up(db) {
      await db.schema
        .createTable('rooms')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('title', 'text', (c) => c.notNull())
        .addColumn('status', 'text', (c) => c.notNull())
        .addColumn('epoch', 'integer', (c) => c.notNull())
        .addColumn('seq', 'integer', (c) => c.notNull())
        .addColumn('opened_at', 'bigint', (c) => c.notNull())
        .addColumn('ended_at', 'bigint')
        .execute();
      await db.schema
        .createTable('events')
        .addColumn('room_id', 'text', (c) => c.notNull().references('rooms.id'))
        .addColumn('seq', 'integer', (c) => c.notNull())
        .addColumn('at', 'bigint', (c) => c.notNull())
        .addColumn('by', 'text', (c) => c.notNull())
        .addColumn('type', 'text', (c) => c.notNull())
        .addColumn('json', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint('events_of_a_room', ['room_id', 'seq'])
        .execute();
      await db.schema
        .createTable('accounts')
        .addColumn('username', 'text', (c) => c.primaryKey())
        .addColumn('password_hash', 'text', (c) => c.notNull())
        .addColumn('one_time', 'integer', (c) => c.notNull())
        .addColumn('changed_at', 'bigint', (c) => c.notNull())
        .execute();
      await db.schema
        .createTable('sessions')
        .addColumn('token_hash', 'text', (c) => c.primaryKey())
        .addColumn('username', 'text', (c) => c.notNull().references('accounts.username').onDelete('cascade'))
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .addColumn('expires_at', 'bigint', (c) => c.notNull())
        .execute();
      await db.schema
        .createTable('links')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('room_id', 'text', (c) => c.notNull().references('rooms.id'))
        .addColumn('role', 'text', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('participant_id', 'text')
        .addColumn('issued_at', 'bigint', (c) => c.notNull())
        .addColumn('expires_at', 'bigint', (c) => c.notNull())
        .addColumn('revoked_at', 'bigint')
        .execute();
      await db.schema.createIndex('links_of_a_room').on('links').column('room_id').execute();
      await db.schema
        .createTable('recordings')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('room_id', 'text', (c) => c.notNull().references('rooms.id'))
        .addColumn('file', 'text', (c) => c.notNull())
        .addColumn('started_at', 'bigint', (c) => c.notNull())
        .addColumn('duration_ms', 'bigint', (c) => c.notNull())
        .addColumn('bytes', 'bigint', (c) => c.notNull())
        .execute();
    },
  },
  '2026-11-sites': {
    async up(db) {
      await db.schema
        .createTable('sites')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('sip', 'text')
        .addColumn('account', 'text', (c) => c.unique())
        .addColumn('ha1_md5', 'text')
        .addColumn('ha1_sha256', 'text')
        .addColumn('changed_at', 'bigint', (c) => c.notNull())
        .execute();
      await db.schema
        .createTable('invitations')
        .addColumn('room_id', 'text', (c) => c.notNull().references('rooms.id'))
        .addColumn('site_id', 'text', (c) => c.notNull().references('sites.id').onDelete('cascade'))
        .addPrimaryKeyConstraint('sites_of_a_room', ['room_id', 'site_id'])
        .execute();
      await db.schema
        .createTable('registrations')
        .addColumn('account', 'text', (c) => c.notNull().references('sites.account').onDelete('cascade'))
        .addColumn('contact', 'text', (c) => c.notNull())
        .addColumn('binding', 'text', (c) => c.notNull())
        .addColumn('since', 'bigint', (c) => c.notNull())
        .addColumn('expires_at', 'bigint', (c) => c.notNull())
        .addPrimaryKeyConstraint('contacts_of_an_account', ['account', 'contact'])
        .execute();
    },
  },
  '2026-11-tiled-layouts': {
    async up(db) {
      await db.schema
        .createTable('layouts')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('folded', 'text', (c) => c.notNull().unique())
        .addColumn('layout', 'text', (c) => c.notNull())
        .addColumn('changed_at', 'bigint', (c) => c.notNull())
        .execute();
    },
  },
  '2026-11-unbroken-recordings': { up: unbrokenRecordings },
  '2026-11-well-kept-recordings': { up: wellKeptRecordings },
  '2026-12-desk-directory': { up: deskDirectory },
  '2026-12-desk-meetings': { up: deskMeetings },
  '2026-12-roles-and-accounts': { up: accountsAndRoles },
  '2026-12-t-line-tests': { up: lineTestTables },
  '2026-12-u-rehearsals': { up: rehearsalTables },
  '2026-12-z6-programs': { up: programs },
  '2026-12-z7-encrypted-recordings': { up: encryptedRecordings },
  '2026-12-z8-feedback': { up: feedbackTable },
  '2026-12-z9-calls-of-rooms': { up: noticesOfRooms },
  '2026-12-za-pins': { up: pinTable },
  '2026-12-zb-stopped-rounds': { up: stoppedRounds },
};

export const migrationProvider: MigrationProvider = { getMigrations: async () => MIGRATIONS };
