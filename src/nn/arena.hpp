#pragma once

#include <cstddef>
#include <vector>

namespace scorefield::nn {

/// Plans which values may share memory: each is alive from the moment it is computed to its last use, moments count
/// operations. Values must come in the order of their moments. Units are the caller's.
class Arena {
  public:
    /// A place of `size` for a value computed at `moment` and last used at `last_use`: the lowest that is free.
    std::size_t take(std::size_t size, std::size_t last_use, std::size_t moment);
    /// What the arena must hold.
    std::size_t size() const { return size_; }

  private:
    struct Taken {
        std::size_t first = 0;
        std::size_t size = 0;
        std::size_t last_use = 0;
    };

    std::vector<Taken> taken_;  ///< in the order of `first`
    std::size_t size_ = 0;
};

}  // namespace scorefield::nn
