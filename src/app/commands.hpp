#pragma once

#include "app/settings.hpp"

namespace scorefield::app {

// One function per command: each returns the exit status or throws base::Error.

int view_command(const Settings& settings);
int render_command(const Settings& settings);
int sample_command(const Settings& settings);
int train_command(const Settings& settings);
int program_command(const Settings& settings);
int score_command(const Settings& settings);
int bench_command(const Settings& settings);
int devices_command(const Settings& settings);
int study_command(const Settings& settings);
int data_command(const Settings& settings);

}  // namespace scorefield::app
