#include "cli/notes.hpp"

#include <fmt/format.h>

#include <set>

#include "base/output.hpp"
#include "data/npy.hpp"
#include "settings/resolve.hpp"

namespace scorefield::cli {

void say(const settings::Settings& settings, const std::vector<std::string>& notes) {
    static std::set<std::string> said;
    if (settings.quiet) return;
    for (const std::string& text : notes) {
        if (said.insert(text).second) base::note(text);
    }
}

std::vector<std::string> structured_field_notes(const settings::Settings& settings) {
    std::vector<std::string> notes;
    for (const std::string& file : {settings::start_spec(settings).file, settings.known, settings.mask}) {
        if (file.empty()) continue;
        const std::vector<std::string> of_file = data::npy_field_notes(file);
        notes.insert(notes.end(), of_file.begin(), of_file.end());
    }
    return notes;
}

void note_few_points(const settings::Settings& settings, std::size_t points) {
    constexpr std::size_t kFew = 50;
    if (settings.quiet || points >= kFew) return;
    base::note(
        fmt::format("{} point{} are too few for the k-NN two-sample statistic, precision and recall; "
                    "give {} or more in each set",
                    points, points == 1 ? "" : "s", kFew));
}

}  // namespace scorefield::cli
