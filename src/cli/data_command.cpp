#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/names.hpp"
#include "base/output.hpp"
#include "base/progress.hpp"
#include "cli/commands.hpp"
#include "cli/notes.hpp"
#include "data/datasets.hpp"
#include "data/point_writer.hpp"
#include "settings/resolve.hpp"
#include "study/reference_draws.hpp"

namespace scorefield::cli {
namespace {

/// Points that are drawn and written at once.
constexpr std::size_t kPiece = std::size_t{1} << 16U;

/// Where fresh points come from, in the units of the data.
struct Source {
    std::string name;
    std::size_t dim = 0;
    data::Precision precision = data::Precision::single;
    std::function<data::Points(std::uint64_t first, std::size_t count)> draw;
};

Source source_of(const settings::Settings& settings) {
    Source source;
    if (!settings.target.empty()) {
        const model::ScaledTarget target = settings::open_target(settings);
        say(settings, target.notes);
        source.name = target.target->name();
        source.dim = static_cast<std::size_t>(target.target->dim());
        source.precision = data::Precision::twofold;
        source.draw = [target, seed = settings.seed](std::uint64_t first, std::size_t count) {
            return study::fresh_points(target, seed, first, count);
        };
        return source;
    }
    const std::shared_ptr<const data::Dataset> data = data::open_dataset(settings.data);
    say(settings, data->notes());
    source.name = data->name();
    source.dim = data->dim();
    // Points far from zero lie about an origin, for float32 cannot hold what tells them apart.
    if (!data->draw(0, 0, 1).origin.empty()) source.precision = data::Precision::twofold;
    source.draw = [data, seed = settings.seed](std::uint64_t first, std::size_t count) {
        return study::fresh_points(*data, seed, first, count);
    };
    return source;
}

void require_writable_kind(const settings::Settings& settings, const Source& source) {
    if (data::point_file_ending(settings.out).empty()) {
        throw base::request_error("wrong file type", "--out " + settings.out, "data writes point files",
                                  "use a name that ends in " + base::join(data::kPointFileEndings, " or "));
    }
    if (source.dim > 3 && data::point_file_ending(settings.out) == ".ply") {
        throw base::request_error("too many coordinates", "--out " + settings.out,
                                  fmt::format("{} has {}, PLY vertices have 3", source.name, source.dim),
                                  "write a .npy or a .csv");
    }
}

}  // namespace

int data_command(const settings::Request& request) {
    base::watch_interrupts();
    settings::Settings settings = request.settings;
    settings.particles = settings::particles_in_effect(settings);
    const Source source = source_of(settings);
    require_writable_kind(settings, source);
    const auto writer = data::open_point_writer(settings.out, settings.particles, source.dim, source.precision);
    base::Progress progress("data", settings.particles, "points", !settings.quiet);
    for (std::uint64_t first = 0; first < settings.particles; first += kPiece) {
        base::require_not_interrupted();
        writer->write(source.draw(first, std::min<std::size_t>(settings.particles - first, kPiece)));
        progress.update(std::min<std::uint64_t>(first + kPiece, settings.particles));
    }
    writer->commit();
    if (settings.json) {
        base::print(base::json_line({{"data", source.name},
                                     {"particles", settings.particles},
                                     {"dim", source.dim},
                                     {"seed", settings.seed},
                                     {"out", settings.out}}));
        return 0;
    }
    base::print(fmt::format("{} points of {}, {} coordinate{}\nwrote {}\n", settings.particles, source.name, source.dim,
                            source.dim == 1 ? "" : "s", settings.out));
    return 0;
}

}  // namespace scorefield::cli
