#pragma once

#include "settings/settings.hpp"

namespace scorefield::cli {

// One function per command: each returns the exit status or throws base::Error.

int view_command(const settings::Settings& settings);
int render_command(const settings::Settings& settings);
int sample_command(const settings::Settings& settings);
int train_command(const settings::Settings& settings);
int program_command(const settings::Settings& settings);
int score_command(const settings::Settings& settings);
int bench_command(const settings::Settings& settings);
int devices_command(const settings::Settings& settings);
int study_command(const settings::Settings& settings);
int data_command(const settings::Settings& settings);

}  // namespace scorefield::cli
