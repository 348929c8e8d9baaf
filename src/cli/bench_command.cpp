#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/comma_list.hpp"
#include "base/interrupt.hpp"
#include "base/output.hpp"
#include "base/progress.hpp"
#include "bench/host_cases.hpp"
#include "bench/report.hpp"
#include "cli/commands.hpp"
#include "cli/engine_choice.hpp"
#include "model/model.hpp"
#include "settings/resolve.hpp"

#ifdef SCOREFIELD_WITH_VULKAN
#include "bench/device_cases.hpp"
#endif

namespace scorefield::cli {
namespace {

#ifdef SCOREFIELD_WITH_VULKAN
/// Null: the host.
session::GpuEngine* gpu_engine(session::Engine& engine) {
    return dynamic_cast<session::GpuEngine*>(&engine);
}
#endif

bench::Machine machine_of(session::Engine& engine, const base::ThreadPool& pool) {
#ifdef SCOREFIELD_WITH_VULKAN
    if (auto* const gpu = gpu_engine(engine)) return bench::device_machine(gpu->device());
#endif
    (void)engine;
    return bench::host_machine(pool);
}

bench::Cases make_cases(session::Engine& engine, base::ThreadPool& pool, const model::Model& model) {
#ifdef SCOREFIELD_WITH_VULKAN
    if (auto* const gpu = gpu_engine(engine)) return bench::make_device_cases(*gpu, model);
#endif
    return bench::make_host_cases(pool, engine, model);
}

}  // namespace

int bench_command(const settings::Request& request) {
    const settings::Settings& settings = request.settings;
    base::watch_interrupts();
    std::vector<std::string> parts;
    if (!settings.cases.empty()) parts = base::comma_list("`cases`", settings.cases, "network,normals");
    std::optional<bench::Report> earlier;
    if (!settings.compare.empty()) earlier = bench::read_report(settings.compare);
    const model::Model model = settings::open_model(settings);
    const std::unique_ptr<session::Engine> engine = open_engine(settings);
    base::ThreadPool pool;
    const auto rounds = static_cast<int>(settings.rounds);
    bench::Report report = {machine_of(*engine, pool), rounds, {}};
    if (earlier) bench::require_same_machine(report.machine, earlier->machine, settings.compare);
    {
        const bench::Cases cases = bench::chosen(make_cases(*engine, pool, model), parts, "`cases`");
        base::Progress progress("bench", cases.size() * settings.rounds, "measurements", !settings.quiet);
        report.results = bench::run(cases, rounds, [&](std::size_t done) {
            base::require_not_interrupted();
            progress.update(done);
        });
    }
    engine->require_no_validation_messages();
    std::optional<bench::Comparison> comparison;
    if (earlier) comparison = bench::compare(report.results, earlier->results, settings.compare, parts);
    const bench::Comparison* const shown = comparison ? &*comparison : nullptr;
    base::print(settings.json ? bench::to_json(report, shown) : bench::to_text(report, shown));
    return 0;
}

}  // namespace scorefield::cli
