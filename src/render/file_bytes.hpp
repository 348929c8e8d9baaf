#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace scorefield::render {

/// Random access to the bytes of a file.
class FileBytes {
  public:
    /// `descriptor` is open to read; the caller closes it.
    explicit FileBytes(int descriptor);

    std::uint64_t size() const { return size_; }

    /// `count` bytes from `at`; none if the file ends before.
    std::optional<std::string> bytes(std::uint64_t at, std::size_t count) const;

    /// The number in `count` ≤ 8 bytes from `at`, the most significant first; none if the file ends before.
    std::optional<std::uint64_t> big_endian_number(std::uint64_t at, std::size_t count) const;

  private:
    int descriptor_;
    std::uint64_t size_ = 0;
};

}  // namespace scorefield::render
