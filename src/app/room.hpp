#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace scorefield::app {

/// Bytes of memory that this process can have: the machine's, or less where a limit on the address space says so.
std::uint64_t memory_limit();

/// Throws base::Error (request, --particles) with the largest number that fits where the rows of `particles` particles,
/// `bytes_each`, take more than half of `limit`. `what` names them.
void require_memory(std::uint64_t particles, std::uint64_t bytes_each, const std::string& what,
                    std::uint64_t limit = memory_limit());

/// Throws base::Error (request, `flag`) with the largest number of particles that fits where a file `path` of `states`
/// states of `particles` particles, `bytes_each`, is larger than what is free beside it.
void require_disk(const std::filesystem::path& path, const std::string& flag, std::uint64_t states,
                  std::uint64_t particles, std::uint64_t bytes_each);

}  // namespace scorefield::app
