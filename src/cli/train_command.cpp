#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/output.hpp"
#include "base/progress.hpp"
#include "cli/commands.hpp"
#include "cli/notes.hpp"
#include "cli/separate_files.hpp"
#include "cli/traced.hpp"
#include "model/model.hpp"
#include "nn/kernels.hpp"
#include "settings/resolve.hpp"
#include "settings/training_record.hpp"
#include "settings/training_settings.hpp"
#include "train/train.hpp"
#ifdef SCOREFIELD_WITH_VULKAN
#include "gpu/device.hpp"
#include "gpu/device_list.hpp"
#include "session/gpu_device.hpp"
#include "settings/device_request.hpp"
#include "train/gpu_trainer.hpp"
#endif

namespace scorefield::cli {
namespace {

constexpr std::string_view kHost = "host";

#ifdef SCOREFIELD_WITH_VULKAN
/// The number, as --device takes it, of the usable device of exactly that name; none where it is not there.
std::optional<std::string> number_of_device(const std::string& name) {
    if (name.empty()) return std::nullopt;
    try {
        for (const gpu::DeviceDescription& device : gpu::list_devices().devices) {
            if (device.usable() && device.name == name) return std::to_string(device.index);
        }
    } catch (const base::Error&) {
        // Without Vulkan there is none.
    }
    return std::nullopt;
}
#endif

/// What does the work: a Vulkan device, or the processor where that is asked for. Where nothing is asked for, it is
/// what has worked on a training that goes on, if that is there; else a device other than the processor's own, which
/// would be slower than the processor.
class TrainingDevice {
  public:
    /// `before` is what has worked on the training, as `variant` says it; empty: nothing has.
    TrainingDevice(const settings::Settings& settings, [[maybe_unused]] const std::string& before,
                   [[maybe_unused]] base::Trace* trace) {
#ifdef SCOREFIELD_WITH_VULKAN
        const bool automatic = settings.device.empty() || settings.device == "auto";
        const bool asked_for = !automatic || !settings.validation.empty();
        if (settings.device == kHost || (!asked_for && before.starts_with(kHost))) return;
        gpu::DeviceRequest request = settings::device_request(settings);
        request.trace = trace;
        std::optional<std::string> known;
        if (automatic) known = number_of_device(before);
        if (known) request.selector = *known;
        try {
            device_ = std::make_unique<gpu::Device>(request);
        } catch (const base::Error&) {
            if (asked_for) throw;
        }
        if (device_ && device_->properties().is_software && !asked_for && !known) device_.reset();
#else
        const bool other_device = !settings.device.empty() && settings.device != "auto" && settings.device != kHost;
        if (!other_device && (settings.validation.empty() || settings.validation == "off")) return;
        const std::string flag = other_device ? "--device" : "--validation";
        throw base::request_error("no Vulkan", flag, "this build has none", "leave it out, or use --device host");
#endif
    }

    std::string name() const {
#ifdef SCOREFIELD_WITH_VULKAN
        if (device_) return device_->properties().name;
#endif
        return std::string(kHost);
    }

    /// With the instruction set, of which the last bits depend.
    std::string variant() const {
        const std::string device = name();
        return device == kHost ? fmt::format("host, {}", nn::kernels().name) : device;
    }

    train::TrainerMaker maker() const {
#ifdef SCOREFIELD_WITH_VULKAN
        if (device_) return train::gpu_trainer_maker(*device_);
#endif
        return train::make_host_trainer;
    }

    void require_no_validation_messages() const {
#ifdef SCOREFIELD_WITH_VULKAN
        if (device_) session::require_no_validation_messages(*device_);
#endif
    }

  private:
#ifdef SCOREFIELD_WITH_VULKAN
    std::unique_ptr<gpu::Device> device_;
#endif
};

std::string to_json(const settings::Settings& settings, const std::string& device, const train::TrainResult& result) {
    nlohmann::ordered_json json = {{"device", device},          {"steps", result.steps},
                                   {"seconds", result.seconds}, {"steps_per_s", result.steps_per_s},
                                   {"loss", result.loss},       {"loss_draws", result.loss_draws}};
    if (result.floor) {
        json["bayes_floor"] = result.floor->loss;
        json["bayes_floor_error"] = result.floor->error;
    }
    json["out"] = settings.out;
    return base::json_line(json);
}

std::string to_text(const train::TrainSpec& spec, const std::string& device, const train::TrainResult& result) {
    std::string text = base::format_shown(
        "objective {} on {}, predicting {}\n{} steps in {:.1f} s ({:.1f} steps/s) on {}\nloss {:.5f}",
        spec.objective.name, spec.process.name, diffusion::prediction_name(spec.prediction), result.steps,
        result.seconds, result.steps_per_s, device, result.loss);
    if (result.loss_draws < train::kHeldOutDraws) text += fmt::format(" over {} held-out draws", result.loss_draws);
    if (result.floor)
        text += base::format_shown(" (Bayes floor {:.5f} ± {:.1g})", result.floor->loss, result.floor->error);
    return text + base::format_shown("\nwrote {}\n", spec.out.string());
}

/// How to go on with a training that was interrupted.
std::string resume_hint(const settings::Settings& settings, std::uint64_t steps) {
    return fmt::format("{} steps are saved, resume with: {}", steps, settings::resume_command(settings));
}

/// Another device computes other last bits: that is said, for it may not be meant.
void note_other_device(const settings::Settings& settings, const model::Checkpoint& resumed,
                       const std::string& device) {
    const std::string before = settings::recorded_device(resumed);
    if (settings.quiet || before.empty() || before == device) return;
    base::note(base::format_shown("{} was trained on '{}'; resuming on '{}' is not bit-exact", settings.resume, before,
                                  device));
}

/// Trains under a progress bar.
train::TrainResult train_visibly(const settings::Settings& settings, const train::TrainSpec& spec,
                                 const TrainingDevice& workshop, const model::Checkpoint* resumed, base::Trace* trace) {
    const std::uint64_t before = resumed == nullptr ? 0 : train::resumed_steps(*resumed);
    base::Progress progress("train", spec.steps, "steps", !settings.quiet, before);
    std::optional<double> loss;
    const auto show = [&](const train::StepReport& report) {
        constexpr double kKeep = 0.98;
        if (!loss && resumed != nullptr) note_other_device(settings, *resumed, workshop.variant());
        loss = kKeep * loss.value_or(report.loss) + (1 - kKeep) * report.loss;
        progress.update(report.step + 1, fmt::format("loss {:.4f}", *loss));
    };
    std::optional<base::Progress> measurement;
    const auto measured = [&](std::uint64_t draws, std::uint64_t all) {
        base::require_not_interrupted(fmt::format("{} is saved, its held-out loss was not measured", settings.out));
        if (!measurement) measurement.emplace("loss", all, "draws", !settings.quiet);
        measurement->update(draws);
    };
    const auto computing_floor = [&] {
        base::require_not_interrupted(fmt::format("{} is saved, its Bayes floor was not computed", settings.out));
    };
    const auto noted = [&](const std::vector<std::string>& notes) { say(settings, notes); };
    train::TrainResult result = train::train(
        spec, workshop.maker(), {show, base::interrupted, measured, computing_floor, noted, trace}, resumed);
    if (before == spec.steps && !settings.quiet) {
        base::note(base::format_shown("{} has completed its {} steps; to continue, pass a larger --train.steps",
                                      settings.resume, before));
    }
    return result;
}

int train_and_report(const settings::Request& request, base::Trace* trace) {
    std::optional<model::Checkpoint> resumed;
    if (!request.settings.resume.empty()) resumed = model::read_checkpoint(request.settings.resume);
    const settings::Settings asked = resumed ? settings::resumed_settings(request, *resumed) : request.settings;
    train::TrainSpec spec = settings::train_spec(asked);
    const settings::Settings settings = settings::with_decisions(asked, spec);
    require_separate_files(settings);
    settings::require_training_flags_used(request, spec);
    // A record names a schedule of every process.
    if (!resumed) settings::require_schedule_used(asked, spec.process);
    diffusion::make_process(spec.process);
    const TrainingDevice workshop(settings, resumed ? settings::recorded_device(*resumed) : "", trace);
    spec.record = settings::training_record(settings, workshop.variant());
    const train::TrainResult result = train_visibly(settings, spec, workshop, resumed ? &*resumed : nullptr, trace);
    if (result.steps < spec.steps) base::require_not_interrupted(resume_hint(settings, result.steps));
    workshop.require_no_validation_messages();
    base::print(settings.json ? to_json(settings, workshop.name(), result) : to_text(spec, workshop.name(), result));
    return 0;
}

}  // namespace

int train_command(const settings::Request& request) {
    base::watch_interrupts();
    return traced(request.settings, [&](base::Trace* trace) { return train_and_report(request, trace); });
}

}  // namespace scorefield::cli
