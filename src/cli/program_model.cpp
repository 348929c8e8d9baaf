#include "cli/program_model.hpp"

#include "cli/notes.hpp"
#include "settings/resolve.hpp"

namespace scorefield::cli {

model::Model open_for_program(const settings::Settings& settings) {
    const bool scored = !settings.model.empty() || !settings.target.empty();
    model::Model model = scored ? settings::open_model(settings) : settings::open_process(settings);
    say(settings, model.notes);
    return model;
}

}  // namespace scorefield::cli
