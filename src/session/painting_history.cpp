#include "session/painting_history.hpp"

#include <utility>

namespace scorefield::session {
namespace {

/// Takes the last of `from` as the painting, whose state becomes the last of `to`.
void go(Painting& painting, std::vector<Painting>& from, std::vector<Painting>& to) {
    if (from.empty()) return;
    to.push_back(std::exchange(painting, std::move(from.back())));
    from.pop_back();
}

}  // namespace

void PaintingHistory::keep(const Painting& painting) {
    after_.clear();
    if (before_.size() == kMost) before_.erase(before_.begin());
    before_.push_back(painting);
}

void PaintingHistory::undo(Painting& painting) {
    go(painting, before_, after_);
}

void PaintingHistory::redo(Painting& painting) {
    go(painting, after_, before_);
}

}  // namespace scorefield::session
