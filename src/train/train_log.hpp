#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/atomic_file.hpp"
#include "train/trainer.hpp"

namespace scorefield::train {

/// The CSV log of a training: a header, then one row per step with its loss, learning rate and norm of the gradient
/// before clipping. Beside its place until it is first saved; after that it grows where it stands, by whole rows.
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
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    void keep_rows(std::uint64_t steps);
    void append_rows();

    std::filesystem::path path_;
    std::optional<base::AtomicFile> beside_;  ///< until it is in place
    std::unique_ptr<std::FILE, Close> file_;  ///< from then on
    std::string rows_;                        ///< not yet in the file
};

}  // namespace scorefield::train
