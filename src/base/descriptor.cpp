#include "base/descriptor.hpp"

#include <fcntl.h>

#include <cerrno>

namespace scorefield::base {

void open_standard_descriptors() {
    for (int number = STDIN_FILENO; number <= STDERR_FILENO; ++number) {
        if (::fcntl(number, F_GETFD) >= 0 || errno != EBADF) continue;
        // Opening takes the lowest free number, which is this one. Where there is no /dev/null, anything keeps it.
        if (::open("/dev/null", O_RDWR) < 0 && ::open("/", O_RDONLY) < 0) return;
    }
}

}  // namespace scorefield::base
