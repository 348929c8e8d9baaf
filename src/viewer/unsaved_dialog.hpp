#pragma once

#include <optional>
#include <string>
#include <vector>

#include "viewer/window.hpp"

namespace scorefield::viewer {

/// Asks over everything else whether what is not saved may be lost.
class UnsavedDialog {
  public:
    enum class Answer { save, discard, cancel };

    /// Opens it, or changes what it asks. `question`: what would be lost, and by what; `files`: where it would be
    /// saved.
    void ask(std::string question, std::string files);
    bool is_open() const { return open_; }
    /// Call every frame. The answer, once: by a button, or by Enter, D and Escape.
    std::optional<Answer> draw(const std::vector<KeyPress>& keys);

  private:
    bool open_ = false;
    std::string question_;
    std::string files_;
};

}  // namespace scorefield::viewer
