/* Loaded with LD_PRELOAD: while the file SLOW_SYNC is there, every sync takes a second longer, as on a disk that is worn or shared. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int late(int failed) {
  const char *slow = getenv("SLOW_SYNC");
  if (slow && access(slow, F_OK) == 0) sleep(1);
  return failed;
}

int fsync(int fd) { return late(REAL(fsync)(fd)); }
int fdatasync(int fd) { return late(REAL(fdatasync)(fd)); }
