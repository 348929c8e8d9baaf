#include "session/open_data.hpp"

#include <mutex>
#include <set>

#include "base/output.hpp"
#include "data/npy.hpp"
#include "session/start.hpp"

namespace scorefield::session {

std::unique_ptr<data::Dataset> open_data(const settings::Settings& settings, const std::string& name) {
    std::unique_ptr<data::Dataset> dataset = data::open_dataset(name);
    if (!settings.quiet) note_once(dataset->notes());
    return dataset;
}

void note_structured_fields(const settings::Settings& settings) {
    if (settings.quiet) return;
    if (start_kind(settings) == StartKind::file) note_once(data::npy_field_notes(settings.init));
    for (const std::string& file : {settings.known, settings.mask}) {
        if (!file.empty()) note_once(data::npy_field_notes(file));
    }
}

void note_once(const std::vector<std::string>& notes) {
    static std::mutex mutex;
    static std::set<std::string> told;
    const std::lock_guard lock(mutex);
    for (const std::string& text : notes) {
        if (told.insert(text).second) base::note("scorefield: note: " + text);
    }
}

}  // namespace scorefield::session
