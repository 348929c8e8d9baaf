#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/output.hpp"
#include "cli/commands.hpp"
#include "study/ncsnv2_study.hpp"
#include "study/orders.hpp"
#include "study/spacings_study.hpp"
#include "study/studies.hpp"
#include "study/study.hpp"
#include "study/table.hpp"
#ifdef SCOREFIELD_WITH_VULKAN
#include "gpu/device.hpp"
#include "session/gpu_device.hpp"
#include "settings/device_request.hpp"
#include "study/gpu_studies.hpp"
#endif

namespace scorefield::cli {
namespace {

study::StudyRequest study_request(const std::string& name, const settings::Settings& settings) {
    const study::StudyInfo& info = study::study_info(name);
    study::StudyRequest request;
    request.particles = settings.particles == 0 ? info.particles : settings.particles;
    request.target_variance = settings.target_variance.value_or(request.target_variance);
    request.seed = settings.seed;
    request.progress = !settings.quiet;
    if (!settings.data.empty()) request.data = settings.data;
    request.model = settings.model;
    request.train_steps = settings.train.steps;
    request.device_chosen = !settings.device.empty();
    request.out = settings.out;
    return request;
}

/// What a study found, and where.
struct Findings {
    std::string device;  ///< empty: on the host
    std::uint32_t particles = 0;
    std::vector<study::Table> tables;
    std::string out = {};    ///< its picture; empty: none
    std::string model = {};  ///< what it has trained and written; empty: none
};

/// Refuses flags that the study does not use.
void require_effect(const std::string& name, const settings::Request& request) {
    const auto refuse = [&](const char* flag, const char* why) {
        if (!request.given.contains(flag)) return;
        throw base::request_error("flag without effect", "--" + std::string(flag),
                                  fmt::format("study {} {}", name, why), "leave it out");
    };
    if (name != "gaussian") refuse("target.variance", "has no such parameter");
    if (study::study_info(name).train_steps == 0) {
        refuse("train.steps", "trains no network");
        refuse("out", "writes no picture");
    }
    if (name != "ncsnv2" && name != "spacings") refuse("data", "uses its own data");
    if (name != "quality" && name != "samplers") refuse("model", "does not take a model");
    if (name != "orders" && name != "ncsnv2" && name != "spacings") return;
    if (name != "spacings") refuse("particles", name == "orders" ? "always uses 16 particles" : "uses no particles");
    if (name == "orders") refuse("seed", "uses fixed random numbers");
    refuse("device", "runs on the CPU");
    refuse("validation", "runs on the CPU");
}

#ifdef SCOREFIELD_WITH_VULKAN
struct GpuStudy {
    std::string_view name;
    std::vector<study::Table> (*run)(gpu::Device& device, const study::StudyRequest& request);
};

constexpr std::array<GpuStudy, 10> kGpuStudies = {{
    {"laws", study::laws_study},
    {"gaussian", study::gaussian_study},
    {"mixtures", study::mixtures_study},
    {"chain", study::chain_study},
    {"inversion", study::inversion_study},
    {"scaling", study::scaling_study},
    {"seed", study::seed_study},
    {"quality", study::quality_study},
    {"samplers", study::samplers_study},
    {"objectives", study::objectives_study},
}};

Findings run_on_device(const std::string& name, const settings::Settings& settings) {
    const auto* const study = std::ranges::find(kGpuStudies, name, &GpuStudy::name);
    const std::uint32_t most = study::study_info(name).most_particles;
    if (settings.particles > most) {
        throw base::request_error(fmt::format("bad value '{}'", settings.particles), "--particles",
                                  fmt::format("study {} uses at most {}", name, most), "give fewer, or leave it out");
    }
    gpu::Device device(settings::device_request(settings));
    if (!settings.out.empty()) base::require_writable(settings.out);
    std::string model;
    if (name == "seed" && !settings.out.empty()) model = study::seed_model(settings.out).string();
    const study::StudyRequest request = study_request(name, settings);
    Findings findings = {device.properties().name, request.particles, study->run(device, request), settings.out, model};
    session::require_no_validation_messages(device);
    return findings;
}
#else
Findings run_on_device(const std::string& name, const settings::Settings& /*settings*/) {
    throw base::running_error("study not built", name, "this build has no Vulkan",
                              "build without SCOREFIELD_HOST_ONLY");
}
#endif

Findings run_study(const std::string& name, const settings::Settings& settings) {
    if (name == "orders") return {"", 0, study::orders_study(study_request(name, settings))};
    if (name == "ncsnv2") return {"", 0, study::ncsnv2_study(study_request(name, settings))};
    if (name == "spacings") {
        return {"", 0, study::spacings_study(study_request(name, settings), settings.data)};
    }
    return run_on_device(name, settings);
}

}  // namespace

int study_command(const settings::Request& request) {
    const settings::Settings& settings = request.settings;
    base::watch_interrupts();
    const std::string& name = settings.files.at(0);
    require_effect(name, request);
    const Findings findings = run_study(name, settings);
    if (settings.json) {
        nlohmann::ordered_json json = {{"study", name}};
        if (!findings.device.empty()) {
            json["device"] = findings.device;
            json["particles"] = findings.particles;
        }
        json["tables"] = nlohmann::ordered_json::array();
        for (const study::Table& table : findings.tables) json["tables"].push_back(study::to_json(table));
        if (!findings.out.empty()) json["out"] = findings.out;
        if (!findings.model.empty()) json["model"] = findings.model;
        base::print(base::json_line(json));
        return 0;
    }
    std::string text;
    for (const study::Table& table : findings.tables) text += (text.empty() ? "" : "\n") + study::to_text(table);
    if (!findings.device.empty()) {
        text += fmt::format("\n{} particles on {}\n", findings.particles, findings.device);
    }
    if (!findings.out.empty()) text += fmt::format("wrote {}\n", findings.out);
    if (!findings.model.empty()) text += fmt::format("wrote {}\n", findings.model);
    base::print(text);
    return 0;
}

}  // namespace scorefield::cli
