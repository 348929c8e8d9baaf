#include "base/room.hpp"

#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "base/byte_size.hpp"
#include "base/error.hpp"

namespace scorefield::base {
namespace {

std::string size_text(std::uint64_t count, std::uint64_t bytes_each) {
    return base::byte_size(static_cast<double>(count) * static_cast<double>(bytes_each));
}

}  // namespace

std::optional<std::uint64_t> address_space_limit() {
    rlimit space = {};
    if (::getrlimit(RLIMIT_AS, &space) != 0 || space.rlim_cur == RLIM_INFINITY) return {};
    return space.rlim_cur;
}

std::uint64_t memory_limit() {
    const auto pages = static_cast<std::uint64_t>(std::max(::sysconf(_SC_PHYS_PAGES), 1L));
    const std::uint64_t machine = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return std::min(machine, address_space_limit().value_or(machine));
}

void require_memory(std::uint64_t particles, std::uint64_t bytes_each, const std::string& what, std::uint64_t limit) {
    const std::uint64_t most = limit / 2 / bytes_each;
    if (particles <= most) return;
    throw base::request_error("too many particles", "`particles`",
                              fmt::format("{} {} need {}, half of the {} of memory is the limit", particles, what,
                                          size_text(particles, bytes_each), size_text(limit, 1)),
                              fmt::format("give at most {}", most));
}

void require_disk(const std::filesystem::path& path, const std::string& flag, std::uint64_t states,
                  std::uint64_t particles, std::uint64_t bytes_each) {
    std::error_code unknown;
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    const std::filesystem::space_info space = std::filesystem::space(folder, unknown);
    if (unknown) return;  // whoever writes there says why it cannot
    const double bytes = static_cast<double>(states) * static_cast<double>(particles) * static_cast<double>(bytes_each);
    if (bytes <= static_cast<double>(space.available)) return;
    throw base::request_error(
        "not enough disk space", flag + " " + path.string(),
        fmt::format("{} states of {} particles need {}, {} are free", states, particles, base::byte_size(bytes),
                    size_text(space.available, 1)),
        fmt::format("give at most `particles` {}, or fewer `steps`", space.available / (states * bytes_each)));
}

}  // namespace scorefield::base
