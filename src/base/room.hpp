#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace scorefield::base {

/// The limit on the address space of this process in bytes (ulimit -v); none if it is unlimited.
std::optional<std::uint64_t> address_space_limit();

/// Bytes of memory available to this process: that of the machine, or the limit on the address space if it is smaller.
std::uint64_t memory_limit();

/// Throws base::Error (request, --particles), naming the largest number that fits, if `particles` rows of `bytes_each`
/// bytes need more than half of `limit`. `what` names the rows.
void require_memory(std::uint64_t particles, std::uint64_t bytes_each, const std::string& what,
                    std::uint64_t limit = memory_limit());

/// Throws base::Error (request, `flag`), naming the largest number of particles that fits, if the disk of `path` has
/// not enough space for `states` states of `particles` particles of `bytes_each` bytes.
void require_disk(const std::filesystem::path& path, const std::string& flag, std::uint64_t states,
                  std::uint64_t particles, std::uint64_t bytes_each);

}  // namespace scorefield::base
