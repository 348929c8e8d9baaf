#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/commands.hpp"
#include "app/interrupt.hpp"
#include "app/model.hpp"
#include "app/output.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "train/train.hpp"
#ifdef SCOREFIELD_WITH_VULKAN
#include "app/gpu_device.hpp"
#include "gpu/device.hpp"
#include "train/gpu_trainer.hpp"
#endif

namespace scorefield::app {
namespace {

train::TrainSettings train_settings(const Settings& settings) {
    train::TrainSettings train = settings.train;
    train.data = settings.data;
    train.process = settings.process;
    train.prediction = settings.prediction;
    train.seed = settings.seed;
    train.out = settings.out;
    return train;
}

/// The smallest loss that any network can reach, where it is known: of the swiss roll under cosine_seed with T = 40,
/// the mean over both coordinates and all levels of what the best predictor leaves, E|ε − E[ε | x_t]|², the conditional
/// mean taken over a large sample of the data (the empirical denoiser).
std::optional<double> bayes_floor(const Settings& settings) {
    const bool seed_experiment = settings.data == "swiss_roll" && settings.process.schedule == "cosine_seed" &&
                                 settings.process.horizon.value_or(40) == 40 &&
                                 !settings.process.zero_snr.value_or(false) &&
                                 settings.prediction == diffusion::Prediction::epsilon;
    return seed_experiment ? std::optional(0.4294) : std::nullopt;
}

/// What does the work: a Vulkan device, or the processor where that is asked for, or where nothing is asked for and no
/// device but the processor's own is there, which would be slower.
class Workshop {
  public:
    explicit Workshop(const Settings& settings) {
#ifdef SCOREFIELD_WITH_VULKAN
        if (settings.device == "host") return;
        const bool asked_for = settings.is_given("device") || settings.is_given("validation");
        try {
            device_ = std::make_unique<gpu::Device>(device_request(settings));
        } catch (const base::Error&) {
            if (asked_for) throw;
        }
        if (device_ && device_->properties().is_software && !asked_for) device_.reset();
#else
        if (settings.device == "host" || !settings.is_given("device")) return;
        throw base::request_error("no Vulkan", "--device", "this build has none", "leave it out, or say --device host");
#endif
    }

    std::string name() const {
#ifdef SCOREFIELD_WITH_VULKAN
        if (device_) return device_->properties().name;
#endif
        return "host";
    }

    train::TrainerMaker maker() const {
#ifdef SCOREFIELD_WITH_VULKAN
        if (device_) {
            return [this](const train::TrainSettings& settings, const data::Dataset& data,
                          const diffusion::NoiseProcess& process) -> std::unique_ptr<train::Trainer> {
                return std::make_unique<train::GpuTrainer>(*device_, settings, data, process);
            };
        }
#endif
        return train::make_host_trainer;
    }

    void require_no_validation_messages() const {
#ifdef SCOREFIELD_WITH_VULKAN
        if (device_) app::require_no_validation_messages(*device_);
#endif
    }

  private:
#ifdef SCOREFIELD_WITH_VULKAN
    std::unique_ptr<gpu::Device> device_;
#endif
};

std::string to_json(const Settings& settings, const std::string& device, const train::TrainResult& result) {
    nlohmann::ordered_json json = {{"device", device},
                                   {"steps", result.steps},
                                   {"seconds", result.seconds},
                                   {"steps_per_s", result.steps_per_s},
                                   {"loss", result.loss}};
    if (const std::optional<double> floor = bayes_floor(settings)) json["bayes_floor"] = *floor;
    json["out"] = settings.out;
    return json_line(json);
}

std::string to_text(const Settings& settings, const std::string& device, const train::TrainResult& result) {
    std::string text = fmt::format("{} steps in {:.1f} s ({:.1f} steps/s) on {}\nloss {:.5f}", result.steps,
                                   result.seconds, result.steps_per_s, device, result.loss);
    if (const std::optional<double> floor = bayes_floor(settings)) text += fmt::format(" (at best {:.4f})", *floor);
    return text + fmt::format("\nwrote {}\n", settings.out);
}

/// The trainer draws whole levels of noise, and shows the network the state as it is.
void require_trainable(const Settings& settings, const diffusion::NoiseProcess& process) {
    if (!process.times().discrete) {
        throw base::request_error("no training on this process", "--process",
                                  fmt::format("{} has no whole noise levels", process.name()), "choose ddpm");
    }
    if (settings.prediction == diffusion::Prediction::edm) {
        throw base::request_error("no training of this prediction", "--prediction",
                                  "edm scales the state, which ddpm does not", "choose v, x0 or epsilon");
    }
    if (settings.prediction == diffusion::Prediction::score && process.times().lowest_noisy > process.times().lowest) {
        throw base::request_error("no training of this prediction", "--prediction",
                                  "the score is infinite at the level without noise", "choose v, x0 or epsilon");
    }
}

}  // namespace

int train_command(const Settings& settings) {
    watch_interrupts();
    require_trainable(settings, *make_process(settings));
    const train::TrainSettings train = train_settings(settings);
    const Workshop workshop(settings);
    train::TrainResult result;
    {
        base::Progress progress("train", train.steps, "steps", !settings.quiet);
        double loss = 0;
        result = train::train(train, workshop.maker(), {[&](const train::StepReport& report) {
                                  require_not_interrupted();
                                  constexpr double kKeep = 0.98;
                                  loss = report.step == 0 ? report.loss : kKeep * loss + (1 - kKeep) * report.loss;
                                  progress.update(report.step + 1, fmt::format("loss {:.4f}", loss));
                              }});
    }
    workshop.require_no_validation_messages();
    print(settings.json ? to_json(settings, workshop.name(), result) : to_text(settings, workshop.name(), result));
    return 0;
}

}  // namespace scorefield::app
