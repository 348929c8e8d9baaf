#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/background_job.hpp"
#include "session/painting.hpp"
#include "session/painting_history.hpp"

namespace scorefield::viewer {

/// The painting of a distribution, with its brush and undo history.
class DrawingBoard {
  public:
    DrawingBoard() = default;
    /// Waits for a file that is being written.
    ~DrawingBoard() { save_.wait(); }
    DrawingBoard(const DrawingBoard&) = delete;
    DrawingBoard& operator=(const DrawingBoard&) = delete;

    /// A position on the painting, in cells.
    using Cell = std::array<double, 2>;

    const session::Painting& painting() const { return painting_; }
    /// Moves the brush. If `from` is empty, a new stroke begins at `to`.
    void stroke(const std::optional<Cell>& from, const Cell& to);
    void clear();
    void undo() { history_.undo(painting_); }
    void redo() { history_.redo(painting_); }
    bool can_undo() const { return history_.can_undo(); }
    bool can_redo() const { return history_.can_redo(); }

    /// Something is painted that no `save` has written.
    bool unsaved() const { return !painting_.empty() && painting_.cells() != saved_; }
    /// Starts to write the brightness as a picture, which --data takes, in a background job; `poll` returns the
    /// outcome. False if an earlier save is still in progress.
    bool save(const std::filesystem::path& path);
    bool saving() const { return save_.wanted(); }
    /// The last `save` that has ended has written its file.
    bool save_succeeded() const { return save_succeeded_; }
    const base::BackgroundJob<std::vector<float>>& save_job() const { return save_; }

    /// The outcome of a `save`.
    struct Saved {
        std::filesystem::path path;
        std::string error;  ///< empty: the file is written
    };
    std::optional<Saved> poll();

    bool open = false;
    bool erase = false;
    float brush = 9;  ///< radius, in cells

  private:
    session::Painting painting_;
    session::PaintingHistory history_;
    std::vector<float> saved_;                      ///< the cells that were written last
    base::BackgroundJob<std::vector<float>> save_;  ///< returns the cells
    std::filesystem::path saving_path_;
    bool save_succeeded_ = false;
};

}  // namespace scorefield::viewer
