/* One call to the system, of those that change files under a folder, fails or ends the process.
 *
 * STRIKE_UNDER  the folder; calls on other files are left alone
 * STRIKE_KINDS  which calls count: letters of w (write), f (fsync), r (rename), u (unlink), o (open for writing),
 *               i (open for reading), m (mkdir), t (truncate), d (read)
 * STRIKE_AT     which of them is struck, from 1 on; 0: none
 * STRIKE_WITH   the number of an error, or 0: the process is killed in its place
 * STRIKE_LOG    a file that gets a line a call that counts: its letter and path, "*" before the one that is struck
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;
static long seen;

static void place_of(int folder, const char *path, char *place)
{
    char link[64];
    ssize_t size;

    place[0] = 0;
    if (path && path[0] == '/') {
        snprintf(place, PATH_MAX, "%s", path);
        return;
    }
    if (folder == AT_FDCWD)
        snprintf(link, sizeof link, "/proc/self/cwd");
    else
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    size = readlink(link, place, PATH_MAX - 1);
    place[size < 0 ? 0 : size] = 0;
    if (path && size > 0 && size + strlen(path) + 2 < PATH_MAX) {
        strcat(place, "/");
        strcat(place, path);
    }
}

static void note(const char *line, size_t size)
{
    const char *log = getenv("STRIKE_LOG");
    /* Not by open and write: these may be ours. */
    int file = log ? (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND, 0644) : -1;

    if (file >= 0) {
        syscall(SYS_write, file, line, size);
        syscall(SYS_close, file);
    }
}

/* Return whether this call has to fail; errno says why. */
static int struck(char kind, int folder, const char *path)
{
    const char *under = getenv("STRIKE_UNDER"), *kinds = getenv("STRIKE_KINDS"), *at = getenv("STRIKE_AT");
    const char *with = getenv("STRIKE_WITH");
    char place[PATH_MAX], line[PATH_MAX + 8];
    int before = errno, mine, size;

    if (!under || !kinds || !at || !with || !strchr(kinds, kind))
        return 0;
    place_of(folder, path, place);
    errno = before;
    if (strncmp(place, under, strlen(under)))
        return 0;
    pthread_mutex_lock(&counting);
    mine = ++seen == atol(at);
    pthread_mutex_unlock(&counting);
    size = snprintf(line, sizeof line, "%s%c %s\n", mine ? "*" : "", kind, place);
    note(line, (size_t)size < sizeof line ? (size_t)size : sizeof line - 1);
    errno = before;
    if (!mine)
        return 0;
    if (atoi(with) == 0)
        syscall(SYS_kill, getpid(), SIGKILL);
    errno = atoi(with);
    return 1;
}

#define INSTEAD(type, name, parameters, kind, folder, path, arguments)                                      \
    type name parameters                                                                                   \
    {                                                                                                      \
        type(*original) parameters = (type(*) parameters)dlsym(RTLD_NEXT, #name);                            \
        return struck(kind, folder, path) ? -1 : original arguments;                                        \
    }

INSTEAD(ssize_t, write, (int fd, const void *data, size_t size), 'w', fd, NULL, (fd, data, size))
INSTEAD(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at), 'w', fd, NULL, (fd, data, size, at))
INSTEAD(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t at), 'w', fd, NULL, (fd, data, size, at))
INSTEAD(ssize_t, writev, (int fd, const struct iovec *parts, int count), 'w', fd, NULL, (fd, parts, count))
INSTEAD(int, fsync, (int fd), 'f', fd, NULL, (fd))
INSTEAD(int, fdatasync, (int fd), 'f', fd, NULL, (fd))
INSTEAD(int, rename, (const char *from, const char *to), 'r', AT_FDCWD, to, (from, to))
INSTEAD(int, renameat, (int old, const char *from, int new, const char *to), 'r', new, to, (old, from, new, to))
INSTEAD(int, unlink, (const char *path), 'u', AT_FDCWD, path, (path))
INSTEAD(int, unlinkat, (int folder, const char *path, int flags), 'u', folder, path, (folder, path, flags))
INSTEAD(int, rmdir, (const char *path), 'u', AT_FDCWD, path, (path))
INSTEAD(int, mkdir, (const char *path, mode_t mode), 'm', AT_FDCWD, path, (path, mode))
INSTEAD(int, ftruncate, (int fd, off_t size), 't', fd, NULL, (fd, size))
INSTEAD(int, ftruncate64, (int fd, off64_t size), 't', fd, NULL, (fd, size))
INSTEAD(ssize_t, read, (int fd, void *data, size_t size), 'd', fd, NULL, (fd, data, size))
INSTEAD(ssize_t, pread, (int fd, void *data, size_t size, off_t at), 'd', fd, NULL, (fd, data, size, at))
INSTEAD(ssize_t, pread64, (int fd, void *data, size_t size, off64_t at), 'd', fd, NULL, (fd, data, size, at))

/* The mode counts only where a file is made; else nothing is read from the list. */
#define OPENING(name, parameters, folder, arguments)                                                        \
    int name parameters                                                                                    \
    {                                                                                                      \
        int(*original) parameters = (int(*) parameters)dlsym(RTLD_NEXT, #name);                              \
        mode_t mode = 0;                                                                                   \
        if (flags & (O_CREAT | O_TMPFILE)) {                                                               \
            va_list list;                                                                                  \
            va_start(list, flags);                                                                         \
            mode = va_arg(list, mode_t);                                                                   \
            va_end(list);                                                                                  \
        }                                                                                                  \
        char kind = flags & (O_WRONLY | O_RDWR | O_CREAT) ? 'o' : 'i';                                     \
        return struck(kind, folder, path) ? -1 : original arguments;                                        \
    }

OPENING(open, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPENING(open64, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPENING(openat, (int folder, const char *path, int flags, ...), folder, (folder, path, flags, mode))
OPENING(openat64, (int folder, const char *path, int flags, ...), folder, (folder, path, flags, mode))
