#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "app/commands.hpp"
#include "app/interrupt.hpp"
#include "app/model.hpp"
#include "app/output.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "train/train.hpp"

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

std::string to_json(const Settings& settings, const train::TrainResult& result) {
    nlohmann::ordered_json json = {{"steps", result.steps},
                                   {"seconds", result.seconds},
                                   {"steps_per_s", result.steps_per_s},
                                   {"loss", result.loss}};
    if (const std::optional<double> floor = bayes_floor(settings)) json["bayes_floor"] = *floor;
    json["out"] = settings.out;
    return json_line(json);
}

std::string to_text(const Settings& settings, const train::TrainResult& result) {
    std::string text = fmt::format("{} steps in {:.1f} s ({:.1f} steps/s)\nloss {:.5f}", result.steps, result.seconds,
                                   result.steps_per_s, result.loss);
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
    train::TrainResult result;
    {
        base::Progress progress("train", train.steps, "steps", !settings.quiet);
        double loss = 0;
        result = train::train(train, train::make_host_trainer, {[&](const train::StepReport& report) {
                                  require_not_interrupted();
                                  constexpr double kKeep = 0.98;
                                  loss = report.step == 0 ? report.loss : kKeep * loss + (1 - kKeep) * report.loss;
                                  progress.update(report.step + 1, fmt::format("loss {:.4f}", loss));
                              }});
    }
    print(settings.json ? to_json(settings, result) : to_text(settings, result));
    return 0;
}

}  // namespace scorefield::app
