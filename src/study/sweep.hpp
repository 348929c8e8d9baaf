#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.hpp"
#include "data/datasets.hpp"
#include "model/model.hpp"
#include "session/engine.hpp"
#include "settings/settings.hpp"
#include "study/comparison.hpp"
#include "study/sweep_lists.hpp"
#include "study/table.hpp"

namespace scorefield::study {

/// One run: what was asked, and how far its samples are from the data. Distances of a run that diverged are NaN.
struct SweepRow {
    std::string sampler;
    int steps = 0;
    int evaluations = 0;
    std::string spacing;            ///< as it was asked for: `auto`
    std::string spacing_in_effect;  ///< what `auto` has become
    std::uint64_t seed = 0;
    std::array<double, settings::kSweepDistances.size()> distances = {};  ///< in the order of kSweepDistances
    double seconds = 0;                                                   ///< of the sampling itself
};

struct SweepResult {
    std::vector<SweepRow> rows;  ///< by sampler, spacing, steps and seed
    /// The distances between two independent draws of the data, of as many points, means over the seeds: less than this
    /// cannot be seen.
    std::array<double, settings::kSweepDistances.size()> floor = {};
    std::string reference = {};  ///< name of the data
    std::string variant = {};    ///< of the kernels
    std::uint32_t particles = 0;
    std::size_t dim = 0;
};

/// Runs of samplers, numbers of steps, spacings and seeds on one model, compared with fresh draws of its data. A row
/// has the figures that 'scorefield sample' and 'scorefield score' would give with its settings and its seed.
class Sweep {
  public:
    /// Opens the model and its data and compiles all runs, so that every mistake shows before work begins. Throws
    /// base::Error (request) naming field, value and remedy: lists that cannot be read, settings without effect, and
    /// runs that are impossible, unless a default list has brought them in.
    explicit Sweep(const settings::Settings& settings);

    /// What was left out, of the data and of the runs, and why samples may be wrong: a line each.
    const std::vector<std::string>& notes() const { return notes_; }
    std::uint32_t particles() const { return particles_; }
    /// How many pairs of a sampler and a spacing are run.
    std::size_t curves() const;

    /// Throws base::Error (running) when the process is interrupted, and as session::EngineScore does. A run that
    /// diverged has a row of its own.
    SweepResult run(session::Engine& engine);

  private:
    /// One configuration, which is run with all seeds.
    struct Run {
        std::string sampler;
        std::string spacing;
        int steps = 0;
        settings::Settings settings = {};
        sample::SamplingSpec spec = {};                  ///< of the first seed
        std::optional<diffusion::Program> program = {};  ///< of a pilot, which takes long; of the first seed
        std::string problem = {};                        ///< why it is impossible; empty: it is possible
    };
    class Scores;
    class Bar;

    const model::Model& opened(const settings::Settings& settings);
    void open_reference();
    std::unique_ptr<ReferenceDraws> draws(std::uint64_t seed) const;
    void compile(Run& run);
    void compile_all();
    void require_possible() const;
    void leave_out_impossible();
    void require_spacing_parameters_taken() const;
    void collect_run_notes();
    SweepRow measured(const Run& run, std::uint64_t seed, const Reference& reference, Scores& scores, Bar& bar);

    settings::Settings settings_;
    SweepLists lists_;
    std::uint32_t particles_ = 0;
    std::map<diffusion::Prediction, model::Model> models_;  ///< exact targets answer for several predictions
    std::unique_ptr<data::Dataset> dataset_;                ///< null: the target is what samples are compared with
    std::optional<model::ScaledTarget> target_;
    std::string reference_;
    std::vector<Run> runs_;
    std::vector<std::string> notes_;
};

/// A table for readers, with the floor as its note.
Table sweep_table(const SweepResult& result);

/// The rows as CSV: sampler, steps, evaluations, spacing, seed, the distances, seconds.
std::string sweep_csv(const std::vector<SweepRow>& rows);

/// An object with `rows` and `floor`; distances that are not finite become null.
nlohmann::ordered_json sweep_json(const SweepResult& result);

}  // namespace scorefield::study
