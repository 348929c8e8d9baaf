#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "diffusion/prediction.hpp"
#include "diffusion/process.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/spacing.hpp"
#include "nn/mlp.hpp"
#include "render/guides.hpp"
#include "render/look.hpp"
#include "render/orbit.hpp"
#include "render/view_spec.hpp"
#include "train/train_spec.hpp"

namespace scorefield::settings {

/// What the binary can do; the values are bits, so that a setting can say which of them take it.
enum class Command : std::uint32_t {
    view = 1U << 0U,
    render = 1U << 1U,
    sample = 1U << 2U,
    train = 1U << 3U,
    program = 1U << 4U,
    score = 1U << 5U,
    bench = 1U << 6U,
    devices = 1U << 7U,
    study = 1U << 8U,
    data = 1U << 9U,
    sweep = 1U << 10U,
    schedule = 1U << 11U,
};

constexpr std::uint32_t operator|(Command a, Command b) {
    return static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b);
}
constexpr std::uint32_t operator|(std::uint32_t a, Command b) {
    return a | static_cast<std::uint32_t>(b);
}

/// Whether the command compiles samplers and runs none: without a model it takes the process of the settings.
constexpr bool compiles_only(Command command) {
    return command == Command::program || command == Command::schedule;
}

struct CommandInfo {
    Command command;
    std::string_view name;
    std::string_view help;  ///< one line
};

/// Every command, the default first.
std::span<const CommandInfo> commands();
const CommandInfo& command_info(Command command);

/// Where the noise of stochastic samplers comes from.
inline constexpr std::array<std::string_view, 2> kNoises = {"independent", "path"};

/// The units of state files.
inline constexpr std::array<std::string_view, 2> kUnits = {"data", "standardised"};

/// The distances of a sweep, by the names of its columns.
inline constexpr std::array<std::string_view, 3> kSweepDistances = {"sliced_w2", "knn_two_sample", "energy_distance"};
inline constexpr std::string_view kDefaultStepsList = "5,10,20,50";

/// Part `index` of `count` equal parts of the particles, 1 ≤ index ≤ count.
struct Shard {
    std::uint32_t index = 1;
    std::uint32_t count = 1;

    bool operator==(const Shard&) const = default;
};

/// How the viewer shows samples of a network in training: finished ones, again with each update, or particles that go
/// on while it changes.
inline constexpr std::array<std::string_view, 2> kLiveSamples = {"restart", "continue"};
inline constexpr double kMaxLiveShare = 90;

/// What the plots of the noise schedule in the viewer have across; the default first.
inline constexpr std::array<std::string_view, 3> kScheduleAxes = {"t", "step", "log-snr"};

/// What the viewer's plot of the losses shows; the default first.
inline constexpr std::array<std::string_view, 3> kLossScales = {"log", "linear", "log-above-floor"};

/// Colours of the window, and sizes of its text in pixels of a usual monitor.
inline constexpr std::array<std::string_view, 2> kThemes = {"dark", "light"};
inline constexpr std::array<std::string_view, 7> kTextSizes = {"12", "13", "15", "17", "19", "22", "26"};

/// What a screenshot shows, and how many times as large it is drawn.
inline constexpr std::array<std::string_view, 2> kScreenshots = {"picture", "window"};
inline constexpr std::array<std::string_view, 3> kScreenshotScales = {"1", "2", "4"};

/// Files of points that the window saves particles in.
inline constexpr std::array<std::string_view, 3> kParticlesFormats = {"npy", "ply", "csv"};

/// The default of `validation`: the build's SCOREFIELD_VALIDATION.
std::string_view default_validation();

/// Pictures side by side, with the first one.
inline constexpr std::size_t kMostPanes = 4;

/// Everything that a request can say, by viewer and command line alike. Plain values; `setting_table` gives each its
/// name, range and help. A setting whose default depends on others, or that is refused where it has no effect, can be
/// unset: an empty text, no value, or 0 where 0 is out of range. settings/resolve.hpp decides what holds then.
struct Settings {
    Command command = Command::view;

    std::string model;                      ///< empty: the one that comes with Scorefield
    std::optional<int> label;               ///< --class of a conditional model; none: all of them together
    std::string target;                     ///< `NAME` or `NAME ARGUMENT` of an exact score; empty: the model's
    std::optional<double> target_variance;  ///< of the target gaussian
    std::optional<int> dim;                 ///< of the target gaussian
    std::string data;                       ///< empty: what the model was trained on
    std::string data_scaling;               ///< one of data::kScalingModes
    diffusion::ProcessSettings process = {.name = "", .schedule = ""};
    std::optional<diffusion::Prediction> prediction;  ///< none: that of the model, target or objective

    diffusion::SamplerSettings sampler;
    int steps = 50;
    diffusion::SpacingSettings spacing = {.name = std::string(diffusion::kAutomatic)};
    std::string timesteps;               ///< empty: `steps` of them, by `spacing`, of which else only `final` holds
    std::string program;                 ///< a compiled one, from a file or built in, in the place of all of these
    std::string scheduler;               ///< a file in the place of all that says a program but its steps
    std::optional<double> scheduler_mu;  ///< where that file says use_dynamic_shifting

    std::uint32_t particles = 0;  ///< 0: particles_in_effect
    std::uint64_t seed = 0;
    std::uint32_t chunk = 0;  ///< particles per batch; 0: as many as suit the device
    Shard shard;
    std::string init;  ///< of sample::kStarts, or a file of start states; empty: as sample::start_in_effect says
    std::string noise = "independent";  ///< of kNoises
    std::string units = "data";         ///< of kUnits
    std::string trajectory;
    std::string known;  ///< repaint: values that the samples must keep
    std::string mask;   ///< repaint: where they must, 1 there and 0 elsewhere
    bool stats = false;

    std::string samplers;    ///< names with commas between them; empty: those that suit the process
    std::string steps_list;  ///< numbers with commas between them; empty: kDefaultStepsList
    std::string spacings;    ///< names with commas between them; empty: auto
    std::uint32_t seeds = 1;
    std::string figure;                             ///< of `sweep`, beside `out`; empty: none
    std::string distance{kSweepDistances.front()};  ///< that the figure shows

    train::TrainOptions train;  ///< of --objective, --train.*, --network.input_gain and --log
    nn::MlpConfig mlp;          ///< of the other --network.*; the data determine its coordinates and classes
    std::string resume;         ///< a model whose training goes on; empty: a new one

    double live_share = 50;                ///< of the viewer's frames for training, in percent
    std::string live_samples = "restart";  ///< of kLiveSamples
    bool score_error = false;              ///< shown while a network trains
    std::string schedule_axis{kScheduleAxes.front()};
    std::string loss_scale{kLossScales.front()};

    std::uint32_t width = 1280;
    std::uint32_t height = 720;
    std::uint32_t fps = 30;
    double steps_per_second = 15;
    double hold = 1;  ///< seconds that the first and the last moment stay
    bool loop = true;
    bool forward = false;  ///< the forward process before each run
    render::Look look;
    render::Show show = render::Show::particles;
    render::Guides guides;
    render::Orbit orbit;
    bool captions = true;
    bool metrics = false;
    /// Panes beside the first one: flags that differ from the settings above, as pane_settings reads them; empty: none.
    std::array<std::string, kMostPanes - 1> panes;
    std::optional<int> branch;  ///< the state of another pane, its trunk, that the run begins with; none: no branch
    int branch_pane = 1;        ///< that pane, counted from 1
    /// The settings of that pane, in the settings of a pane beside the first one (pane_settings).
    std::shared_ptr<const Settings> trunk;
    std::string theme{kThemes.front()};                       ///< of the window; one of kThemes
    std::string text_size = "15";                             ///< of the window; one of kTextSizes
    bool remember = true;                                     ///< the window, between starts
    double budget_ms = 12;                                    ///< of a frame of the window, for the particles
    std::string screenshot{kScreenshots.front()};             ///< of the window; one of kScreenshots
    std::string screenshot_scale{kScreenshotScales.front()};  ///< of the window; one of kScreenshotScales
    std::string particles_format{kParticlesFormats.front()};  ///< of the window; one of kParticlesFormats

    std::string scene;  ///< a file that says settings which the command line leaves open
    std::string title;  ///< the scene's, for readers; empty: none
    std::string about;
    std::string out;
    std::string frame_log;
    std::string trace;
    std::uint32_t trace_frames = 600;
    std::string device;        ///< empty: auto; of a training also its record
    std::string validation;    ///< empty: default_validation
    std::string compare;       ///< an earlier report of `bench`; empty: none
    std::string cases;         ///< of `bench`: parts of their names, separated by commas; empty: all
    std::uint32_t rounds = 7;  ///< of `bench`: measurements of each case
    bool json = false;
    bool quiet = false;

    std::vector<std::string> files;  ///< of `score`: A.npy [B.npy]
};

/// What a command line asks for. `given` are the names of the settings that its flags or its scene file have set; they
/// tell which settings take precedence over a scene or a training record, and which to refuse because they contradict
/// each other or have no effect. No default depends on them.
struct Request {
    Settings settings;
    std::set<std::string, std::less<>> given;
};

/// Where a setting's value lives.
using Slot = std::variant<bool*, int*, std::uint32_t*, std::uint64_t*, double*, std::string*, std::optional<int>*,
                          std::optional<double>*, std::optional<bool>*, std::optional<std::string>*,
                          std::filesystem::path*, Shard*, std::optional<diffusion::Prediction>*, render::Show*,
                          render::ColourMode*, render::ColourMap*, render::FieldKind*, render::FieldStyle*,
                          render::Projection*, render::PointSizeUnit*, render::Background*>;

struct IntegerRange {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::uint64_t slider_max = 0;  ///< where a slider ends; 0: a field instead
};
struct RealRange {
    double low = 0;
    double high = 0;
    bool open_low = false;     ///< low itself is out
    double slider_max = 0;     ///< where a slider ends; 0: at high
    bool logarithmic = false;  ///< a slider goes by orders of magnitude
};
/// One of some names: a text, or an enumeration whose values stand in the order of the names.
struct Choices {
    std::vector<std::string_view> names;
};
/// Present or not, no value.
struct Flag {};
/// `on` or `off`.
struct Toggle {};
/// Any text but the empty one; `form` names it in help texts, e.g. FILE.npy. Whether it names what is read or written:
/// both take no other's place, and a scene cannot say what is written.
struct Text {
    std::string_view form;
    bool read = false;
    bool written = false;
};

/// One setting, declared once: flag, checks, help and controls come from here.
struct Setting {
    std::string_view name;  ///< the flag without its dashes, e.g. sampler.eta
    std::string_view group;
    std::variant<Flag, Toggle, IntegerRange, RealRange, Choices, Text> values;
    std::string_view unit;  ///< empty: a pure number or no number
    std::string_view help;
    std::uint32_t commands;  ///< bits of those that take it
    Slot (*slot)(Settings&);
    std::string_view unset = {};  ///< the default, if not the value in Settings
    std::uint32_t required = 0;   ///< bits of those that require it
    bool is_detail = false;       ///< left out of the help that fits one screen

    bool is_flag() const { return std::holds_alternative<Flag>(values); }
    bool is_read() const { return std::holds_alternative<Text>(values) && std::get<Text>(values).read; }
    bool is_written() const { return std::holds_alternative<Text>(values) && std::get<Text>(values).written; }
    bool taken_by(Command command) const { return (commands & static_cast<std::uint32_t>(command)) != 0; }
    bool required_by(Command command) const { return (required & static_cast<std::uint32_t>(command)) != 0; }
};

/// All settings, in the order in which help texts show them.
const std::vector<Setting>& setting_table();

/// The setting of that name, null where there is none.
const Setting* find_setting(std::string_view name);

/// Reads `text` into the setting's slot. Throws base::Error (request) naming the flag when it is no such value, has
/// trailing characters, or is out of range; with the nearest name where it is an unknown choice.
void assign(Settings& settings, const Setting& setting, const std::string& text);

/// The setting's value as `assign` would read it; empty where it is an empty text or an absent number.
std::string value_text(const Settings& settings, const Setting& setting);
/// The same of the setting's slot.
std::string value_text(const Setting& setting, const Slot& slot);

/// Whether both have the same value of the setting.
bool same_value(const Settings& a, const Settings& b, const Setting& setting);

/// Gives the setting the value that it has without flags; an absent number that has a fixed default becomes it.
void reset(Settings& settings, const Setting& setting);

/// The default as help texts name it; empty for flags.
std::string default_text(const Setting& setting);

/// A program, or a list of timesteps, says what this setting would say.
bool is_replaced_by_program(std::string_view name);
bool is_replaced_by_timesteps(std::string_view name);

/// Takes over the value of one setting.
void copy_value(const Settings& from, Settings& to, const Setting& setting);

/// Takes over what determines the states of a run: the settings of sampler and particles.
void copy_run(const Settings& from, Settings& to);

/// Takes over what determines the score: model or target, class, data, process and prediction, and what computes it.
void copy_score(const Settings& from, Settings& to);

/// Takes over the options of a training and the sizes of its network, but not its objective, data and process.
void copy_training_options(const Settings& from, Settings& to);

/// Whether the value is another one than without the setting.
bool differs_from_default(const Settings& settings, const Setting& setting);

/// The host, and no Vulkan device, is to compute.
bool asks_for_host(const Settings& settings);

/// The setting's help in the help of `command`: --out and --device differ between commands.
std::string_view help_for(const Setting& setting, Command command);

/// What values are allowed: `1 … 240 frames/s`, `> 0, at most 10`, `large, small`, `FILE.npy`; empty for flags.
std::string values_text(const Setting& setting);

/// The names of the commands that take the setting: `render, sample`.
std::string commands_text(const Setting& setting);

}  // namespace scorefield::settings
