#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace scorefield::base {

/// File names that differ in a number, told by a pattern as printf reads it: `frame_%04d.png` names frame_0000.png,
/// frame_0001.png …
class NumberedNames {
  public:
    /// `pattern` holds one `%d`, or `%0Nd` for N digits at least (1 to 9), and may hold `%%` for a percent sign. Throws
    /// base::Error (request) with `where` for any other.
    NumberedNames(std::string_view pattern, const std::string& where);

    std::string name(std::uint64_t number) const;
    /// The number that gives this name; none where none does.
    std::optional<std::uint64_t> number_of(std::string_view name) const;

  private:
    std::string before_;
    std::string after_;
    std::size_t digits_ = 1;
};

}  // namespace scorefield::base
