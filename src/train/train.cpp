#include "train/train.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "data/datasets.hpp"
#include "train/host_trainer.hpp"

namespace scorefield::train {
namespace {

std::map<std::string, std::string> describe(const TrainSettings& settings, std::uint64_t steps) {
    return {{"steps", std::to_string(steps)},        {"batch", std::to_string(settings.batch)},
            {"seed", std::to_string(settings.seed)}, {"learning_rate", fmt::format("{}", settings.learning_rate)},
            {"schedule", settings.schedule},         {"ema", fmt::format("{}", settings.ema)}};
}

nn::Checkpoint make_checkpoint(const TrainSettings& settings, const diffusion::NoiseProcess& process,
                               Trainer& trainer) {
    nn::Checkpoint checkpoint;
    checkpoint.network = trainer.network();
    checkpoint.process = settings.process;
    checkpoint.process.horizon = process.times().highest + 1;
    checkpoint.prediction = settings.prediction;
    checkpoint.data = settings.data;
    checkpoint.scaling = trainer.scaling();
    checkpoint.training = describe(settings, trainer.steps());
    checkpoint.tensors = trainer.averaged_weights();
    return checkpoint;
}

/// The CSV log, or nothing where none is wanted.
class Log {
  public:
    explicit Log(const std::filesystem::path& path) {
        if (path.empty()) return;
        file_.emplace(path);
        file_->write("step,loss,learning_rate\n");
    }
    void add(const StepReport& report) {
        if (!file_) return;
        file_->write(fmt::format("{},{:.9g},{:.9g}\n", report.step, report.loss, report.learning_rate));
    }
    void commit() {
        if (file_) file_->commit();
    }

  private:
    std::optional<base::AtomicFile> file_;
};

void require_trainable(const data::Dataset& data, const TrainSettings& settings) {
    if (data.dim() <= nn::kMaxDim) return;
    throw base::request_error("points have too many coordinates", "--data " + settings.data,
                              fmt::format("they have {}", data.dim()),
                              fmt::format("give points of 1 to {} coordinates", nn::kMaxDim));
}

/// All steps, with their log and the checkpoints on the way.
class Run {
  public:
    Run(Trainer& trainer, const TrainSettings& settings, const diffusion::NoiseProcess& process, Log& log,
        const TrainCallbacks& callbacks)
        : trainer_(trainer), settings_(settings), process_(process), log_(log), callbacks_(callbacks) {}

    void all_steps() {
        constexpr std::uint64_t kAtOnce = 8;
        const bool saves = settings_.save_every > 0 && !settings_.out.empty();
        while (trainer_.steps() < settings_.steps) {
            const std::uint64_t done = trainer_.steps();
            const std::uint64_t until_save = saves ? settings_.save_every - done % settings_.save_every : kAtOnce;
            trainer_.advance(std::min({kAtOnce, until_save, settings_.steps - done}));
            const bool last = trainer_.steps() == settings_.steps;
            const bool save = saves && !last && trainer_.steps() % settings_.save_every == 0;
            tell(trainer_.reports(save || last));
            if (save) nn::write_checkpoint(settings_.out, make_checkpoint(settings_, process_, trainer_));
        }
    }

  private:
    /// Throws at the first report of a step that has diverged, which is logged as well.
    void tell(const std::vector<StepReport>& reports) {
        for (const StepReport& report : reports) {
            log_.add(report);
            require_convergence(report);
            if (callbacks_.progress) callbacks_.progress(report);
        }
    }

    Trainer& trainer_;
    const TrainSettings& settings_;
    const diffusion::NoiseProcess& process_;
    Log& log_;
    const TrainCallbacks& callbacks_;
};

}  // namespace

std::unique_ptr<Trainer> make_host_trainer(const TrainSettings& settings, const data::Dataset& data,
                                           const diffusion::NoiseProcess& process) {
    return std::make_unique<HostTrainer>(settings, data, process);
}

TrainResult train(const TrainSettings& settings, const TrainerMaker& make, const TrainCallbacks& callbacks) {
    check_settings(settings);
    if (!settings.out.empty()) base::require_writable(settings.out);
    const std::unique_ptr<data::Dataset> data = data::open_dataset(settings.data);
    const auto process = diffusion::make_process(settings.process);
    require_trainable(*data, settings);
    Log log(settings.log);
    const std::unique_ptr<Trainer> trainer = make(settings, *data, *process);

    const auto start = std::chrono::steady_clock::now();
    try {
        Run(*trainer, settings, *process, log, callbacks).all_steps();
    } catch (...) {
        log.commit();  // it shows the way to where training ended
        throw;
    }
    TrainResult result;
    result.steps = settings.steps;
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    result.steps_per_s = static_cast<double>(settings.steps) / result.seconds;
    log.commit();
    result.checkpoint = make_checkpoint(settings, *process, *trainer);
    if (!settings.out.empty()) nn::write_checkpoint(settings.out, result.checkpoint);
    result.loss = trainer->held_out_loss(kHeldOutDraws);
    return result;
}

}  // namespace scorefield::train
