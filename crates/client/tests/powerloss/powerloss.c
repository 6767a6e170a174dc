/* A disk that loses power: preloaded into a process, it remembers for each file below POWERLOSS_DIR what was
 * on it at the last fsync and what was done since. At the fsync that is number POWERLOSS_AT happens what
 * POWERLOSS_HOW says:
 *
 *   failed            the fsync fails, and what was written is on no disk
 *   failed-but-kept   the fsync fails, and what was written is on the disk all the same
 *   killed            the process is killed; the machine goes on, so all is kept
 *   none              the power fails: nothing that was not synced is kept
 *   some              the same; every second write is kept: disks do not write in order
 *   torn              the same; all is kept but the last write, of which the first half is
 *
 * Names are kept when their folder was synced; with `none` those that were made, removed or replaced since
 * are as they were. The number of fsyncs so far is told in the file POWERLOSS_COUNT. What SQLite maps into
 * memory (its -shm file) is rebuilt by the next process and is not looked at. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { MOST_FILES = 64, MOST_FDS = 1024, MOST_WRITES = 100000 };
/* A file is cut to a length; or removed, so that what comes next is another file of the same name. */
enum { CUT = 1, REMOVED = 2 };

struct change { off_t at; size_t len; char *bytes; int cut; };
struct file { char path[512]; char *base; size_t base_len; int was_there; struct change *changes; size_t count; };

static struct file files[MOST_FILES];
static size_t file_count;
static struct file *of_fd[MOST_FDS];
static char folder_of_fd[MOST_FDS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long syncs;

static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_unlink)(const char *);
static int (*real_rename)(const char *, const char *);

static void find(void) {
  if (real_open) return;
  real_close = dlsym(RTLD_NEXT, "close");
  real_write = dlsym(RTLD_NEXT, "write");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_unlink = dlsym(RTLD_NEXT, "unlink");
  real_rename = dlsym(RTLD_NEXT, "rename");
  real_open = dlsym(RTLD_NEXT, "open64");
}

static int is_ours(const char *path) {
  const char *folder = getenv("POWERLOSS_DIR");
  size_t len = strlen(path);
  if (!folder || strncmp(path, folder, strlen(folder)) != 0) return 0;
  return len < 4 || strcmp(path + len - 4, "-shm") != 0;
}

/* The whole content of a file; NULL when there is none. */
static char *content(const char *path, size_t *len) {
  struct stat about;
  int fd = real_open(path, O_RDONLY);
  *len = 0;
  if (fd < 0) return NULL;
  if (fstat(fd, &about) != 0) abort();
  char *bytes = malloc((size_t)about.st_size + 1);
  while (*len < (size_t)about.st_size) {
    ssize_t got = read(fd, bytes + *len, (size_t)about.st_size - *len);
    if (got <= 0) break;
    *len += (size_t)got;
  }
  real_close(fd);
  return bytes;
}

static void forget_changes(struct file *file) {
  for (size_t i = 0; i < file->count; i++) free(file->changes[i].bytes);
  file->count = 0;
}

static struct file *known(const char *path) {
  for (size_t i = 0; i < file_count; i++)
    if (strcmp(files[i].path, path) == 0) return &files[i];
  if (file_count == MOST_FILES || strlen(path) >= sizeof files[0].path) abort();
  struct file *file = &files[file_count++];
  strcpy(file->path, path);
  file->base = content(path, &file->base_len);
  file->was_there = file->base != NULL;
  file->changes = malloc(MOST_WRITES * sizeof *file->changes);
  return file;
}

static void note(struct file *file, off_t at, const void *bytes, size_t len, int cut) {
  if (file->count == MOST_WRITES) abort();
  struct change *change = &file->changes[file->count++];
  change->at = at;
  change->len = len;
  change->cut = cut;
  change->bytes = malloc(len + 1);
  memcpy(change->bytes, bytes, len);
}

static int is_kept(const char *keep, const struct change *change, size_t i) {
  if (strcmp(keep, "none") == 0) return 0;
  return strcmp(keep, "torn") == 0 || change->cut == REMOVED || i % 2 == 0;
}

/* What the disk holds of a file afterwards. */
static void lose(struct file *file, const char *keep) {
  int all_gone = strcmp(keep, "none") == 0;
  if (all_gone && !file->was_there) { real_unlink(file->path); return; }
  struct stat about;
  if (!all_gone && stat(file->path, &about) != 0) return;
  int fd = real_open(file->path, O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (fd < 0) abort();
  if (file->base_len && real_pwrite(fd, file->base, file->base_len, 0) < 0) abort();
  for (size_t i = 0; i < file->count; i++) {
    struct change *change = &file->changes[i];
    if (!is_kept(keep, change, i)) continue;
    if (change->cut) { if (real_ftruncate(fd, change->at) != 0) abort(); continue; }
    size_t len = strcmp(keep, "torn") == 0 && i + 1 == file->count ? change->len / 2 : change->len;
    if (len && real_pwrite(fd, change->bytes, len, change->at) < 0) abort();
  }
  real_close(fd);
}

/* Whether the fsync goes through, fails, or fails and was done. */
enum { GOOD, FAILED, FAILED_BUT_KEPT };

static int counted(void) {
  const char *at = getenv("POWERLOSS_AT"), *how = getenv("POWERLOSS_HOW"), *told = getenv("POWERLOSS_COUNT");
  syncs++;
  if (told) {
    char text[32];
    int len = snprintf(text, sizeof text, "%ld", syncs);
    int fd = real_open(told, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || real_write(fd, text, (size_t)len) != len) abort();
    real_close(fd);
  }
  if (!at || !how || atol(at) != syncs) return GOOD;
  if (strcmp(how, "failed") == 0) return FAILED;
  if (strcmp(how, "failed-but-kept") == 0) return FAILED_BUT_KEPT;
  for (size_t i = 0; i < file_count && strcmp(how, "killed") != 0; i++) lose(&files[i], how);
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

static void folder_synced(void) {
  struct stat about;
  for (size_t i = 0; i < file_count; i++) {
    files[i].was_there = stat(files[i].path, &about) == 0;
    /* A name without its bytes: the file is empty until it is synced itself. */
    if (!files[i].was_there) { free(files[i].base); files[i].base = NULL; files[i].base_len = 0; forget_changes(&files[i]); }
  }
}

int fsync(int fd) {
  find();
  pthread_mutex_lock(&lock);
  struct file *file = fd >= 0 && fd < MOST_FDS ? of_fd[fd] : NULL;
  int is_folder = fd >= 0 && fd < MOST_FDS && folder_of_fd[fd];
  int outcome = file || is_folder ? counted() : GOOD;
  if (outcome == FAILED) {
    pthread_mutex_unlock(&lock);
    errno = EIO;
    return -1;
  }
  if (file) {
    free(file->base);
    file->base = content(file->path, &file->base_len);
    /* A file system that syncs a new file writes its name, too. */
    file->was_there = file->base != NULL;
    forget_changes(file);
  }
  if (is_folder) folder_synced();
  pthread_mutex_unlock(&lock);
  if (outcome == GOOD) return 0;
  errno = EIO;
  return -1;
}

int fdatasync(int fd) { return fsync(fd); }

static int opened(const char *path, int flags, mode_t mode) {
  find();
  pthread_mutex_lock(&lock);
  struct stat about;
  int ours = is_ours(path);
  int is_folder = ours && stat(path, &about) == 0 && S_ISDIR(about.st_mode);
  struct file *file = ours && !is_folder && (flags & O_ACCMODE) != O_RDONLY ? known(path) : NULL;
  int fd = real_open(path, flags, mode);
  if (fd >= 0 && fd < MOST_FDS) {
    of_fd[fd] = file;
    folder_of_fd[fd] = (char)is_folder;
    if (file && (flags & O_TRUNC)) note(file, 0, "", 0, CUT);
  }
  pthread_mutex_unlock(&lock);
  return fd;
}

int open(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
  va_end(more);
  return opened(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
  va_end(more);
  return opened(path, flags, mode);
}

int close(int fd) {
  find();
  pthread_mutex_lock(&lock);
  if (fd >= 0 && fd < MOST_FDS) { of_fd[fd] = NULL; folder_of_fd[fd] = 0; }
  pthread_mutex_unlock(&lock);
  return real_close(fd);
}

ssize_t write(int fd, const void *bytes, size_t len) {
  find();
  struct file *file = fd >= 0 && fd < MOST_FDS ? of_fd[fd] : NULL;
  if (!file) return real_write(fd, bytes, len);
  pthread_mutex_lock(&lock);
  off_t at = lseek(fd, 0, SEEK_CUR);
  ssize_t done = real_write(fd, bytes, len);
  if (done > 0) note(file, at, bytes, (size_t)done, 0);
  pthread_mutex_unlock(&lock);
  return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t at) {
  find();
  struct file *file = fd >= 0 && fd < MOST_FDS ? of_fd[fd] : NULL;
  if (!file) return real_pwrite(fd, bytes, len, at);
  pthread_mutex_lock(&lock);
  ssize_t done = real_pwrite(fd, bytes, len, at);
  if (done > 0) note(file, at, bytes, (size_t)done, 0);
  pthread_mutex_unlock(&lock);
  return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at) { return pwrite64(fd, bytes, len, at); }

int ftruncate64(int fd, off_t len) {
  find();
  struct file *file = fd >= 0 && fd < MOST_FDS ? of_fd[fd] : NULL;
  if (!file) return real_ftruncate(fd, len);
  pthread_mutex_lock(&lock);
  int done = real_ftruncate(fd, len);
  if (done == 0) note(file, len, "", 0, CUT);
  pthread_mutex_unlock(&lock);
  return done;
}

int ftruncate(int fd, off_t len) { return ftruncate64(fd, len); }

int unlink(const char *path) {
  find();
  pthread_mutex_lock(&lock);
  /* What it held is its base, and comes back unless its folder is synced. */
  struct file *file = is_ours(path) ? known(path) : NULL;
  int done = real_unlink(path);
  if (done == 0 && file) note(file, 0, "", 0, REMOVED);
  pthread_mutex_unlock(&lock);
  return done;
}

int rename(const char *from, const char *to) {
  find();
  pthread_mutex_lock(&lock);
  struct file *old = is_ours(from) ? known(from) : NULL, *new = is_ours(to) ? known(to) : NULL;
  /* Nobody here renames over a file, or a file that was not synced. */
  if (old && new && (old->count || new->base)) abort();
  int done = real_rename(from, to);
  if (done == 0 && old && new) {
    /* The bytes are there by both names; which of them stands depends on the folder's sync. */
    new->base = malloc(old->base_len + 1);
    memcpy(new->base, old->base, old->base_len);
    new->base_len = old->base_len;
  }
  pthread_mutex_unlock(&lock);
  return done;
}
