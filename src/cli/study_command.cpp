#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/output.hpp"
#include "cli/commands.hpp"
#include "cli/engine_choice.hpp"
#include "session/host_engine.hpp"
#include "settings/picture_text.hpp"
#include "study/engine_studies.hpp"
#include "study/ncsnv2_study.hpp"
#include "study/orders.hpp"
#include "study/spacings_study.hpp"
#include "study/studies.hpp"
#include "study/study.hpp"
#include "study/table.hpp"

#ifdef SCOREFIELD_WITH_VULKAN
#include "study/study_figures.hpp"
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
    request.out = settings.out;
    request.picture_texts = settings::picture_texts(settings);
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
    if (study::study_info(name).train_steps == 0) refuse("train.steps", "trains no network");
    if (study::study_info(name).drawing == study::Drawing::none) refuse("out", "draws no figure");
    if (name != "ncsnv2" && name != "spacings") refuse("data", "uses its own data");
    if (name != "quality" && name != "samplers") refuse("model", "does not take a model");
    if (name != "orders" && name != "ncsnv2" && name != "spacings") return;
    if (name != "spacings") refuse("particles", name == "orders" ? "always uses 16 particles" : "uses no particles");
    if (name == "orders") refuse("seed", "uses fixed random numbers");
    refuse("device", "runs on the CPU");
    refuse("validation", "runs on the CPU");
}

struct EngineStudy {
    std::string_view name;
    std::vector<study::Table> (*run)(session::Engine& engine, const study::StudyRequest& request);
};

constexpr EngineStudy kEngineStudies[] = {
    {"laws", study::laws_study},       {"gaussian", study::gaussian_study},     {"mixtures", study::mixtures_study},
    {"chain", study::chain_study},     {"inversion", study::inversion_study},   {"scaling", study::scaling_study},
    {"quality", study::quality_study}, {"samplers", study::samplers_study},
#ifdef SCOREFIELD_WITH_VULKAN
    {"seed", study::seed_study},       {"objectives", study::objectives_study},
#endif
};

/// The figure of a study whose tables are drawn, if one is asked for. Whether it can be drawn and written shows before
/// the work begins. The engine must outlive it.
class TablesFigure {
  public:
    TablesFigure(const std::string& name, const settings::Settings& settings, session::Engine& engine)
        : name_(name), texts_(settings::picture_texts(settings)) {
        if (settings.out.empty() || study::study_info(name).drawing != study::Drawing::tables) return;
        base::require_writable(settings.out);
#ifdef SCOREFIELD_WITH_VULKAN
        figure_.emplace(engine, "Study " + name, study::study_layout(name), settings.out);
#else
        static_cast<void>(engine);
        throw base::running_error("figure not built", settings.out, "this build has no Vulkan",
                                  "build without SCOREFIELD_HOST_ONLY, or leave it out");
#endif
    }

    void write([[maybe_unused]] const std::vector<study::Table>& tables) {
#ifdef SCOREFIELD_WITH_VULKAN
        if (!figure_) return;
        for (render::Plot& plot : study::study_plots(name_, tables)) figure_->add_curves(std::move(plot));
        figure_->write(texts_);
#endif
    }

  private:
    std::string name_;
    std::vector<data::PngText> texts_;
#ifdef SCOREFIELD_WITH_VULKAN
    std::optional<study::Figure> figure_;
#endif
};

/// The orders are measured on the host; a device is opened only to draw a PNG file.
Findings run_orders(const settings::Settings& settings) {
    session::HostEngine engine("the study runs there");
    TablesFigure figure("orders", settings, engine);
    Findings findings = {"", 0, study::orders_study(study_request("orders", settings)), settings.out};
    figure.write(findings.tables);
    return findings;
}

Findings run_on_engine(const std::string& name, const settings::Settings& settings) {
    const auto* const study = std::ranges::find(kEngineStudies, name, &EngineStudy::name);
    if (study == std::end(kEngineStudies)) {
        throw base::running_error("study not built", name, "this build has no Vulkan",
                                  "build without SCOREFIELD_HOST_ONLY");
    }
    const std::uint32_t most = study::study_info(name).most_particles;
    if (settings.particles > most) {
        throw base::request_error(fmt::format("bad value '{}'", settings.particles), "--particles",
                                  fmt::format("study {} uses at most {}", name, most), "give fewer, or leave it out");
    }
    const std::unique_ptr<session::Engine> engine = open_engine(settings);
    if (!settings.out.empty()) base::require_writable(settings.out);
    std::string model;
#ifdef SCOREFIELD_WITH_VULKAN
    if (name == "seed" && !settings.out.empty()) model = study::seed_model(settings.out).string();
#endif
    TablesFigure figure(name, settings, *engine);
    const study::StudyRequest request = study_request(name, settings);
    Findings findings = {engine->name(), request.particles, study->run(*engine, request), settings.out, model};
    figure.write(findings.tables);
    engine->require_no_validation_messages();
    return findings;
}

Findings run_study(const std::string& name, const settings::Settings& settings) {
    if (name == "orders") return run_orders(settings);
    if (name == "ncsnv2") return {"", 0, study::ncsnv2_study(study_request(name, settings))};
    if (name == "spacings") {
        return {"", 0, study::spacings_study(study_request(name, settings), settings.data)};
    }
    return run_on_engine(name, settings);
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
