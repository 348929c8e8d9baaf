#pragma once

#include <vulkan/vulkan.h>

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "viewer/remembered.hpp"

struct GLFWwindow;

namespace scorefield::viewer {

/// A key that went down, by its GLFW code.
struct KeyPress {
    int key = 0;
    bool control = false;
    bool shift = false;
};

/// A window of the desktop. One at a time.
class Window {
  public:
    /// Sizes in screen coordinates. Throws base::Error (running) naming `render` when there is no display.
    /// `place`: where it stands, if some monitor shows that; none: where the desktop puts it.
    Window(std::uint32_t width, std::uint32_t height, const std::string& title,
           const std::optional<WindowPlace>& place = std::nullopt);
    ~Window();
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    /// What a Vulkan instance needs for a surface.
    std::vector<const char*> instance_extensions() const;
    VkSurfaceKHR make_surface(VkInstance instance) const;

    /// The user wants it closed.
    bool closed() const;
    /// Takes that back, and brings a minimised window before the user.
    void keep_open() const;
    bool minimised() const;
    /// In pixels; may be 0.
    VkExtent2D framebuffer() const;
    /// Pixels of the monitor per unit of a usual one.
    float scale() const;
    /// Pixels per unit of screen coordinates: some desktops magnify these, others leave it to the program.
    float pixels_per_unit() const;
    /// Handles what the desktop reports. With `wait_seconds` > 0 it waits that long for something to come. Returns
    /// whether the user did something, or the window has to be drawn again.
    bool poll(double wait_seconds = 0);

    /// The keys pressed since the last call, however short; →, ↑ and ↓ are repeated by holding them.
    std::vector<KeyPress> take_keys();

    /// The files dropped onto the window since the last call.
    std::vector<std::filesystem::path> take_dropped();

    /// Place and size in screen coordinates, also while it is over the whole monitor those of before; none where the
    /// desktop keeps the place to itself.
    std::optional<WindowPlace> place() const;
    std::array<std::uint32_t, 2> size() const;

    /// Over the whole monitor, or as it was before.
    void toggle_full_screen();

    /// Does nothing where it is the title already.
    void set_title(const std::string& title);

    GLFWwindow* handle() const { return window_; }

  private:
    static void note(GLFWwindow* window);

    GLFWwindow* window_ = nullptr;
    std::string title_;
    std::array<int, 4> windowed_{};  ///< left, top, width and height before it was over the whole monitor
    bool reported_ = false;          ///< something since the last poll
    std::vector<KeyPress> keys_;
    std::vector<std::filesystem::path> dropped_;
};

}  // namespace scorefield::viewer
