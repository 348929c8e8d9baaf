#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "base/atomic_file.hpp"
#include "train/trainer.hpp"

namespace scorefield::train {

/// The CSV log of a training: a header, then one row per step with its loss, learning rate and norm of the gradient
/// before clipping. Beside its place until it is first saved; after that it grows where it stands, by whole rows. Once
/// it could not be written, the file stays as it was last saved.
class TrainLog {
  public:
    /// An empty `path`: no log. `steps`: how many were done before; where there are some and the file exists, its rows
    /// of those steps are kept and the others dropped. Throws base::Error (request) where the file is no such log or
    /// ends before them, (running) where it cannot be written.
    TrainLog(std::filesystem::path path, std::uint64_t steps);

    void add(const StepReport& report);
    /// All rows so far are in the file. Throws base::Error (running) where it cannot be written.
    void save();

  private:
    void keep_rows(std::uint64_t steps);

    std::filesystem::path path_;
    std::optional<base::AtomicFile> file_;
};

}  // namespace scorefield::train
