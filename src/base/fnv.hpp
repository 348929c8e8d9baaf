#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace scorefield::base {

/// The 64-bit FNV-1a hash, for noticing damage and differences (it keeps no secret). Of nothing: 0xcbf29ce484222325.
class Fnv {
  public:
    void bytes(const void* data, std::size_t count) {
        const auto* byte = static_cast<const unsigned char*>(data);
        for (std::size_t i = 0; i < count; ++i) hash_ = (hash_ ^ byte[i]) * 0x100000001b3;
    }
    void number(std::uint64_t value) { bytes(&value, sizeof value); }
    /// Its length first, so that neighbouring texts cannot trade characters.
    void text(std::string_view value) {
        number(value.size());
        bytes(value.data(), value.size());
    }
    std::uint64_t hash() const { return hash_; }

  private:
    std::uint64_t hash_ = 0xcbf29ce484222325;
};

}  // namespace scorefield::base
