/* Loaded with LD_PRELOAD into a process, it writes down in order what the process does to the files of one folder, when
 * a sync of them has ended, and what it says on its output. recording.ts reads it, cut.ts makes folders of it as a power
 * cut would leave them. RECORDED_FOLDER is the folder, RECORD the file. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MAX_FDS 65536
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static uint64_t inodes[MAX_FDS];
static int record = -1;
static char folder[4096];

__attribute__((constructor)) static void start(void) {
  const char *name = getenv("RECORD"), *watched = getenv("RECORDED_FOLDER");
  if (!name || !watched) return;
  snprintf(folder, sizeof folder, "%s", watched);
  record = REAL(open)(name, O_WRONLY | O_CREAT | O_APPEND, 0600);
}

/* One entry: what was done, the inode, an offset or length, and bytes. */
static void note(char what, uint64_t inode, uint64_t place, const void *bytes, uint32_t length) {
  char head[21];
  head[0] = what;
  memcpy(head + 1, &inode, 8);
  memcpy(head + 9, &place, 8);
  memcpy(head + 17, &length, 4);
  struct iovec parts[] = {{head, sizeof head}, {(void *)bytes, length}};
  if (REAL(writev)(record, parts, 2) != (ssize_t)(sizeof head + length)) abort();
}

/* The path inside the folder ("" for itself), or NULL. */
static const char *inside(const char *path) {
  static __thread char whole[8192];
  size_t length = strlen(folder);
  if (record < 0) return NULL;
  if (path[0] == '/') snprintf(whole, sizeof whole, "%s", path);
  else {
    char here[4096];
    if (!getcwd(here, sizeof here)) return NULL;
    snprintf(whole, sizeof whole, "%s/%s", here, path);
  }
  if (strncmp(whole, folder, length) != 0) return NULL;
  if (whole[length] == 0) return "";
  return whole[length] == '/' ? whole + length + 1 : NULL;
}

static int opened(int fd, const char *path, int flags) {
  const char *name = fd < 0 || fd >= MAX_FDS ? NULL : inside(path);
  struct stat status;
  if (!name || fstat(fd, &status) != 0) return fd;
  inodes[fd] = status.st_ino;
  note('o', status.st_ino, (uint64_t)status.st_size, name, (uint32_t)strlen(name));
  if (flags & O_TRUNC) note('t', status.st_ino, 0, "", 0);
  return fd;
}

#define OPEN(name)                                                        \
  int name(const char *path, int flags, ...) {                            \
    va_list rest;                                                         \
    va_start(rest, flags);                                                \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                                         \
    pthread_mutex_lock(&lock);                                            \
    int fd = opened(REAL(name)(path, flags, mode), path, flags);          \
    pthread_mutex_unlock(&lock);                                          \
    return fd;                                                            \
  }
OPEN(open)
OPEN(open64)

int close(int fd) {
  if (fd >= 0 && fd < MAX_FDS) inodes[fd] = 0;
  return REAL(close)(fd);
}

static uint64_t watched(int fd) { return record < 0 || fd < 0 || fd >= MAX_FDS ? 0 : inodes[fd]; }

static ssize_t write_at(int fd, const void *bytes, size_t length, off_t place) {
  pthread_mutex_lock(&lock);
  ssize_t written = REAL(pwrite)(fd, bytes, length, place);
  if (written > 0) note('w', watched(fd), (uint64_t)place, bytes, (uint32_t)written);
  pthread_mutex_unlock(&lock);
  return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t place) {
  return watched(fd) ? write_at(fd, bytes, length, place) : REAL(pwrite)(fd, bytes, length, place);
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t place) { return pwrite(fd, bytes, length, place); }

ssize_t write(int fd, const void *bytes, size_t length) {
  if (record >= 0 && fd == 1) {
    /* Noted before it is said. */
    pthread_mutex_lock(&lock);
    note('s', 0, 0, bytes, (uint32_t)length);
    pthread_mutex_unlock(&lock);
  }
  if (!watched(fd)) return REAL(write)(fd, bytes, length);
  pthread_mutex_lock(&lock);
  struct stat status;
  fstat(fd, &status);
  off_t place = fcntl(fd, F_GETFL) & O_APPEND ? status.st_size : lseek(fd, 0, SEEK_CUR);
  ssize_t written = REAL(write)(fd, bytes, length);
  if (written > 0) note('w', watched(fd), (uint64_t)place, bytes, (uint32_t)written);
  pthread_mutex_unlock(&lock);
  return written;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (!(record >= 0 && fd == 1) && !watched(fd)) return REAL(writev)(fd, parts, count);
  ssize_t written = 0;
  for (int at = 0; at < count; at += 1) {
    ssize_t one = write(fd, parts[at].iov_base, parts[at].iov_len);
    if (one < 0) return written > 0 ? written : one;
    written += one;
    if ((size_t)one < parts[at].iov_len) break;
  }
  return written;
}

int ftruncate(int fd, off_t length) {
  pthread_mutex_lock(&lock);
  int failed = REAL(ftruncate)(fd, length);
  if (!failed && watched(fd)) note('t', watched(fd), (uint64_t)length, "", 0);
  pthread_mutex_unlock(&lock);
  return failed;
}
int ftruncate64(int fd, off_t length) { return ftruncate(fd, length); }

/* Noted once it has ended. */
static int synced(int fd, int failed) {
  pthread_mutex_lock(&lock);
  if (!failed && watched(fd)) note('f', watched(fd), 0, "", 0);
  pthread_mutex_unlock(&lock);
  return failed;
}
int fsync(int fd) { return synced(fd, REAL(fsync)(fd)); }
int fdatasync(int fd) { return synced(fd, REAL(fdatasync)(fd)); }

int unlink(const char *path) {
  pthread_mutex_lock(&lock);
  int failed = REAL(unlink)(path);
  const char *name = failed ? NULL : inside(path);
  if (name) note('u', 0, 0, name, (uint32_t)strlen(name));
  pthread_mutex_unlock(&lock);
  return failed;
}

int rename(const char *from, const char *to) {
  pthread_mutex_lock(&lock);
  int failed = REAL(rename)(from, to);
  char both[8192];
  const char *name = failed ? NULL : inside(from);
  if (name) {
    int length = snprintf(both, sizeof both, "%s\n", name);
    name = inside(to);
    length += snprintf(both + length, sizeof both - (size_t)length, "%s", name ? name : "");
    note('r', 0, 0, both, (uint32_t)length);
  }
  pthread_mutex_unlock(&lock);
  return failed;
}
