/*
 * A line to a site: two TUN devices, one here and one in a network namespace of this process's own, and between them
 * what lines do: a queue that is served so fast and holds so much, loss, delay, packets that come late. The namespace and
 * both devices are gone when the process is: it ends with its input.
 *
 * usage: shaped-line DEVICE, where DEVICE is the name of both. Says "ready" when both are there.
 * input: lines of "up|down kbps queueBytes lossPer10000 delayMs latePer10000 lateMs"; up is towards this end. 0 kbps: no limit.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

enum { MOST_BYTES = 2048 };

struct packet {
  struct packet *next;
  int64_t due;
  size_t length;
  char bytes[MOST_BYTES];
};

struct way {
  int from, to;
  int64_t kbps, queue, loss, delay, late, late_by;
  /* Waiting to be sent, in order; then on their way, by the time of their arrival. */
  struct packet *first, *last, *travelling;
  int64_t queued, free_at;
};

static int64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

/* The same weather each time. */
static int happens(int64_t per10000) {
  static uint64_t state = 88172645463325252ull;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (int64_t)(state % 10000) < per10000;
}

static int open_device(const char *name) {
  /* Some containers have no device files of their own. */
  mkdir("/dev/net", 0755);
  mknod("/dev/net/tun", S_IFCHR | 0600, makedev(10, 200));
  int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  struct ifreq wanted = {.ifr_flags = IFF_TUN | IFF_NO_PI};
  strncpy(wanted.ifr_name, name, IFNAMSIZ - 1);
  if (fd < 0 || ioctl(fd, TUNSETIFF, &wanted) < 0) fail("/dev/net/tun");
  return fd;
}

static void travel(struct way *way, struct packet *packet, int64_t sent) {
  packet->due = sent + way->delay * 1000 + (happens(way->late) ? way->late_by * 1000 : 0);
  struct packet **place = &way->travelling;
  while (*place && (*place)->due <= packet->due) place = &(*place)->next;
  packet->next = *place;
  *place = packet;
}

static void take(struct way *way) {
  for (;;) {
    struct packet *packet = malloc(sizeof *packet);
    if (!packet) fail("malloc");
    ssize_t length = read(way->from, packet->bytes, MOST_BYTES);
    if (length <= 0 || happens(way->loss) || (way->kbps && way->queued + length > way->queue)) {
      free(packet);
      if (length <= 0) return;
      continue;
    }
    packet->length = length;
    if (way->kbps == 0) {
      travel(way, packet, now_us());
      continue;
    }
    packet->next = NULL;
    if (way->last) way->last->next = packet;
    else way->first = packet;
    way->last = packet;
    way->queued += length;
  }
}

/* Serves the queue, delivers what has arrived; returns when there is something to do again. */
static int64_t serve(struct way *way, int64_t now) {
  while (way->first && (way->kbps == 0 || way->free_at <= now)) {
    struct packet *packet = way->first;
    way->first = packet->next;
    if (!way->first) way->last = NULL;
    way->queued -= packet->length;
    int64_t begun = way->free_at > now - 2000 ? way->free_at : now;
    way->free_at = way->kbps ? begun + (int64_t)packet->length * 8000 / way->kbps : now;
    travel(way, packet, way->free_at > now ? way->free_at : now);
  }
  while (way->travelling && way->travelling->due <= now) {
    struct packet *packet = way->travelling;
    way->travelling = packet->next;
    /* What the other end does not take is lost, as on any line. */
    if (write(way->to, packet->bytes, packet->length) < 0 && errno == EBADF) fail("write");
    free(packet);
  }
  int64_t next = INT64_MAX;
  if (way->first) next = way->free_at;
  if (way->travelling && way->travelling->due < next) next = way->travelling->due;
  return next;
}

static void change(struct way *up, struct way *down, const char *line) {
  char name[8];
  struct way to;
  if (sscanf(line, "%7s %ld %ld %ld %ld %ld %ld", name, &to.kbps, &to.queue, &to.loss, &to.delay, &to.late, &to.late_by) != 7) {
    fprintf(stderr, "not understood: %s\n", line);
    exit(2);
  }
  struct way *way = strcmp(name, "up") == 0 ? up : down;
  way->kbps = to.kbps;
  way->queue = to.queue;
  way->loss = to.loss;
  way->delay = to.delay;
  way->late = to.late;
  way->late_by = to.late_by;
  /* What was being sent is not sent at the old pace any more. */
  way->free_at = now_us();
}

/* Returns 0 at the end of the input. */
static int listen_to_input(struct way *up, struct way *down) {
  static char text[4096];
  static size_t length;
  ssize_t more = read(0, text + length, sizeof text - 1 - length);
  if (more <= 0) return more < 0 && errno == EINTR;
  length += more;
  text[length] = 0;
  for (char *end; (end = strchr(text, '\n'));) {
    *end = 0;
    change(up, down, text);
    length -= end + 1 - text;
    memmove(text, end + 1, length + 1);
  }
  return 1;
}

int main(int count, char **given) {
  if (count != 2) return 2;
  prctl(PR_SET_TIMERSLACK, 50000);
  signal(SIGPIPE, SIG_IGN);
  int here = open_device(given[1]);
  if (unshare(CLONE_NEWNET) < 0) fail("unshare");
  int site = open_device(given[1]);
  struct way up = {.from = site, .to = here}, down = {.from = here, .to = site};
  puts("ready");
  fflush(stdout);
  for (;;) {
    int64_t now = now_us(), next = serve(&up, now), other = serve(&down, now);
    if (other < next) next = other;
    struct pollfd files[] = {{site, POLLIN, 0}, {here, POLLIN, 0}, {0, POLLIN, 0}};
    int64_t wait = next == INT64_MAX ? 1000000 : next - now;
    struct timespec rest = {wait > 0 ? wait / 1000000 : 0, wait > 0 ? wait % 1000000 * 1000 : 0};
    if (ppoll(files, 3, &rest, NULL) < 0 && errno != EINTR) fail("poll");
    if (files[0].revents) take(&up);
    if (files[1].revents) take(&down);
    if (files[2].revents && !listen_to_input(&up, &down)) return 0;
  }
}
