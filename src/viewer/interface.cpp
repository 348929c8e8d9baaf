#include "viewer/interface.hpp"

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <span>

#include "gpu/check.hpp"
#include "gpu/structure.hpp"
#include "render/font.hpp"
#include "viewer/screen_colour.hpp"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_vulkan.h>

namespace scorefield::viewer {
namespace {

using gpu::check;
using gpu::make_structure;

ImVec4 colour_of(std::uint32_t rgb, float alpha = 1) {
    ImVec4 colour = ImGui::ColorConvertU32ToFloat4(screen_colour(rgb));
    colour.w = alpha;
    return colour;
}

void set_colours(ImGuiStyle& style, const Theme& theme) {
    theme.is_dark ? ImGui::StyleColorsDark(&style) : ImGui::StyleColorsLight(&style);
    constexpr float kPopupAlpha = 0.98F;
    constexpr float kDim = 0.55F;
    ImVec4* const colours = style.Colors;
    const auto set = [&](std::uint32_t rgb, std::initializer_list<ImGuiCol> names) {
        for (const ImGuiCol name : names) colours[name] = colour_of(rgb);
    };
    set(theme.text, {ImGuiCol_Text});
    set(theme.secondary, {ImGuiCol_TextDisabled});
    set(theme.background, {ImGuiCol_WindowBg, ImGuiCol_ScrollbarBg});
    set(theme.surface, {ImGuiCol_TitleBg, ImGuiCol_Tab});
    set(theme.border, {ImGuiCol_Border, ImGuiCol_Separator, ImGuiCol_ScrollbarGrab});
    set(theme.control, {ImGuiCol_FrameBg, ImGuiCol_Header, ImGuiCol_TitleBgActive});
    set(theme.hovered, {ImGuiCol_FrameBgHovered, ImGuiCol_HeaderHovered, ImGuiCol_TabHovered, ImGuiCol_Button});
    set(theme.active, {ImGuiCol_FrameBgActive, ImGuiCol_HeaderActive, ImGuiCol_ButtonHovered, ImGuiCol_ButtonActive,
                       ImGuiCol_TabActive, ImGuiCol_ScrollbarGrabHovered});
    set(theme.grab, {ImGuiCol_SliderGrab, ImGuiCol_SliderGrabActive, ImGuiCol_PlotHistogram});
    set(theme.accent, {ImGuiCol_CheckMark, ImGuiCol_PlotLines, ImGuiCol_SeparatorHovered, ImGuiCol_SeparatorActive});
    set(theme.warning, {ImGuiCol_PlotLinesHovered});
    colours[ImGuiCol_ChildBg] = {0, 0, 0, 0};
    colours[ImGuiCol_PopupBg] = colour_of(theme.surface, kPopupAlpha);
    colours[ImGuiCol_ModalWindowDimBg] = {0, 0, 0, kDim};
}

/// `scale`: screen units per unit of the style, larger with the text.
void set_style(const Theme& theme, float scale) {
    ImGuiStyle& style = ImGui::GetStyle();
    style = ImGuiStyle();
    set_colours(style, theme);
    style.WindowPadding = {12, 10};
    style.FramePadding = {7, 3};
    style.ItemSpacing = {7, 5};
    style.ItemInnerSpacing = {6, 4};
    style.FrameRounding = 4;
    style.GrabRounding = 4;
    style.PopupRounding = 4;
    style.WindowRounding = 0;
    style.WindowBorderSize = 0;
    style.PopupBorderSize = 1;
    style.ScrollbarSize = 11;
    style.GrabMinSize = 12;
    style.ScaleAllSizes(scale);
}

/// All sizes at once, so that another one needs no new texture.
void add_fonts(float scale) {
    static constexpr ImWchar kGlyphs[] = {0x0020, 0x00FF, 0x0370, 0x03FF, 0x2000, 0x209F, 0x2190,
                                          0x21FF, 0x2212, 0x2212, 0x2264, 0x2265, 0};
    const std::span<const std::uint8_t> bytes = render::font_bytes();
    ImFontConfig font;
    font.FontDataOwnedByAtlas = false;
    font.OversampleH = 1;
    // The atlas reads the bytes only; its interface is older than const.
    for (const int pixels : kFontPixels) {
        ImGui::GetIO().Fonts->AddFontFromMemoryTTF(const_cast<std::uint8_t*>(bytes.data()),
                                                   static_cast<int>(bytes.size()),
                                                   std::round(static_cast<float>(pixels) * scale), &font, kGlyphs);
    }
}

PixelRect pixel_rect(const VkRect2D& rect) {
    return {rect.offset.x, rect.offset.y, rect.offset.x + static_cast<int>(rect.extent.width),
            rect.offset.y + static_cast<int>(rect.extent.height)};
}

PixelRect whole(VkExtent2D extent) {
    return {0, 0, static_cast<int>(extent.width), static_cast<int>(extent.height)};
}

VkRect2D vk_rect(const PixelRect& rect) {
    return {{rect.left, rect.top},
            {static_cast<std::uint32_t>(rect.right - rect.left), static_cast<std::uint32_t>(rect.bottom - rect.top)}};
}

/// Whether the picture's bytes are those of its place in the window.
bool fits(const gpu::Image& picture, const VkRect2D& place, const gpu::Image& window) {
    const VkExtent2D size = picture.extent();
    return place.extent.width == size.width && place.extent.height == size.height &&
           picture.format() == window.format();
}

/// The picture's share of `part`, or all of a picture that does not fit.
void record_copy(VkCommandBuffer commands, const gpu::Image& picture, const gpu::Image& window, const VkRect2D& place,
                 const PixelRect& part) {
    const VkImageSubresourceLayers layers = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
    const VkRect2D seen = vk_rect(part.within(pixel_rect(place)));
    if (part.within(pixel_rect(place)).empty()) return;
    if (fits(picture, place, window)) {
        const VkImageCopy region = {layers,
                                    {seen.offset.x - place.offset.x, seen.offset.y - place.offset.y, 0},
                                    layers,
                                    {seen.offset.x, seen.offset.y, 0},
                                    {seen.extent.width, seen.extent.height, 1}};
        vkCmdCopyImage(commands, picture.handle(), VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, window.handle(),
                       VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &region);
        return;
    }
    const PixelRect from = whole(picture.extent());
    const PixelRect to = pixel_rect(place);
    const VkImageBlit region = {layers,
                                {{from.left, from.top, 0}, {from.right, from.bottom, 1}},
                                layers,
                                {{to.left, to.top, 0}, {to.right, to.bottom, 1}}};
    vkCmdBlitImage(commands, picture.handle(), VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, window.handle(),
                   VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &region, VK_FILTER_NEAREST);
}

void record_copies(gpu::Recorder& recorder, const gpu::Image& picture, const gpu::Image& window, const VkRect2D& place,
                   const std::vector<PixelRect>& parts) {
    constexpr VkPipelineStageFlags2 kTransfer = VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT;
    const gpu::ExternalUse uses[] = {
        {nullptr, &picture, {kTransfer, VK_ACCESS_2_TRANSFER_READ_BIT, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL}},
        {nullptr, &window, {kTransfer, VK_ACCESS_2_TRANSFER_WRITE_BIT, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL}}};
    recorder.external("show picture", uses, [&](VkCommandBuffer commands) {
        for (const PixelRect& part : parts) record_copy(commands, picture, window, place, part);
    });
}

void record_clear(VkCommandBuffer commands, const PixelRect& rect, const std::array<float, 3>& colour) {
    VkClearAttachment attachment{};
    attachment.aspectMask = VK_IMAGE_ASPECT_COLOR_BIT;
    attachment.clearValue.color = {{colour[0], colour[1], colour[2], 1}};
    const VkClearRect area = {vk_rect(rect), 0, 1};
    vkCmdClearAttachments(commands, 1, &attachment, 1, &area);
}

/// Some drivers compile a scaled blit when it is first recorded.
void warm_up_copy(gpu::Device& device, VkFormat format) {
    const gpu::Image picture(device, "warm-up", format, {4, 4}, VK_IMAGE_USAGE_TRANSFER_SRC_BIT);
    const gpu::Image window(device, "warm-up", format, {2, 2}, VK_IMAGE_USAGE_TRANSFER_DST_BIT);
    gpu::Recorder recorder(device, "warm-up");
    recorder.begin();
    record_copies(recorder, picture, window, {{0, 0}, {2, 2}}, {{0, 0, 2, 2}});
    device.wait(device.submit(recorder));
}

}  // namespace

Interface::Interface(const Window& window, gpu::Device& device, const gpu::Swapchain& swapchain, const WindowLook& look)
    : device_(device), swapchain_(swapchain) {
    ImGui::CreateContext();
    try {
        ImGuiIO& io = ImGui::GetIO();
        io.IniFilename = nullptr;
        io.UserData = &typed_;
        // Sizes are screen units, letters are made of pixels.
        unit_ = window.scale() / window.pixels_per_unit();
        add_fonts(window.scale());
        set_look(look);
        io.FontGlobalScale = 1 / window.pixels_per_unit();
        make_render_pass();
        start_backend(window);
        upload_font();
        warm_up_copy(device, swapchain.format());
    } catch (...) {
        device_.drain();
        close();
        throw;
    }
}

Interface::~Interface() {
    close();
}

/// As far as it has been opened.
void Interface::close() {
    drop_framebuffer();
    if (vulkan_backend_) ImGui_ImplVulkan_Shutdown();
    if (window_backend_) ImGui_ImplGlfw_Shutdown();
    ImGui::DestroyContext();
    vkDestroyRenderPass(device_.handle(), render_pass_, nullptr);
    vkDestroyDescriptorPool(device_.handle(), descriptors_, nullptr);
}

void Interface::make_render_pass() {
    VkAttachmentDescription attachment{};
    attachment.format = swapchain_.format();
    attachment.samples = VK_SAMPLE_COUNT_1_BIT;
    attachment.loadOp = VK_ATTACHMENT_LOAD_OP_LOAD;
    attachment.storeOp = VK_ATTACHMENT_STORE_OP_STORE;
    attachment.stencilLoadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE;
    attachment.stencilStoreOp = VK_ATTACHMENT_STORE_OP_DONT_CARE;
    attachment.initialLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL;
    attachment.finalLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL;
    const VkAttachmentReference colour = {0, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL};
    VkSubpassDescription subpass{};
    subpass.pipelineBindPoint = VK_PIPELINE_BIND_POINT_GRAPHICS;
    subpass.colorAttachmentCount = 1;
    subpass.pColorAttachments = &colour;
    auto info = make_structure<VkRenderPassCreateInfo>(VK_STRUCTURE_TYPE_RENDER_PASS_CREATE_INFO);
    info.attachmentCount = 1;
    info.pAttachments = &attachment;
    info.subpassCount = 1;
    info.pSubpasses = &subpass;
    check(vkCreateRenderPass(device_.handle(), &info, nullptr, &render_pass_), "vkCreateRenderPass");
}

void Interface::start_backend(const Window& window) {
    const VkDescriptorPoolSize size = {VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 1};
    auto pool = make_structure<VkDescriptorPoolCreateInfo>(VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO);
    pool.flags = VK_DESCRIPTOR_POOL_CREATE_FREE_DESCRIPTOR_SET_BIT;
    pool.maxSets = 1;
    pool.poolSizeCount = 1;
    pool.pPoolSizes = &size;
    check(vkCreateDescriptorPool(device_.handle(), &pool, nullptr, &descriptors_), "vkCreateDescriptorPool");

    window_backend_ = ImGui_ImplGlfw_InitForVulkan(window.handle(), true);
    ImGui_ImplVulkan_InitInfo info{};
    info.Instance = device_.instance();
    info.PhysicalDevice = device_.physical();
    info.Device = device_.handle();
    info.QueueFamily = device_.queue_family();
    info.Queue = device_.queue();
    info.PipelineCache = device_.pipeline_cache();
    info.DescriptorPool = descriptors_;
    // How many frames its vertex buffers serve in turn: more than are in flight.
    info.MinImageCount = 3;
    info.ImageCount = 3;
    info.MSAASamples = VK_SAMPLE_COUNT_1_BIT;
    info.CheckVkResultFn = [](VkResult result) { check(result, "user interface"); };
    vulkan_backend_ = ImGui_ImplVulkan_Init(&info, render_pass_);
}

void Interface::upload_font() {
    gpu::Recorder recorder(device_, "font");
    recorder.begin();
    recorder.external("font", {}, [](VkCommandBuffer commands) { ImGui_ImplVulkan_CreateFontsTexture(commands); });
    device_.wait(device_.submit(recorder));
    ImGui_ImplVulkan_DestroyFontUploadObjects();
}

/// The swapchain has waited for the GPU before it made its images anew.
void Interface::make_window_image() {
    drop_framebuffer();
    const gpu::Image& shown = swapchain_.image(0);
    window_image_ = gpu::Image(
        device_, "window", shown.format(), shown.extent(),
        VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT);
    const VkImageView view = window_image_.view();
    auto info = make_structure<VkFramebufferCreateInfo>(VK_STRUCTURE_TYPE_FRAMEBUFFER_CREATE_INFO);
    info.renderPass = render_pass_;
    info.attachmentCount = 1;
    info.pAttachments = &view;
    info.width = shown.extent().width;
    info.height = shown.extent().height;
    info.layers = 1;
    check(vkCreateFramebuffer(device_.handle(), &info, nullptr, &framebuffer_), "vkCreateFramebuffer");
    damage_.forget();
    generation_ = swapchain_.generation();
}

void Interface::drop_framebuffer() {
    vkDestroyFramebuffer(device_.handle(), framebuffer_, nullptr);
    framebuffer_ = VK_NULL_HANDLE;
}

void Interface::set_look(const WindowLook& look) {
    if (look == look_) return;
    look_ = look;
    set_style(*look.theme, unit_ * look.text_scale());
    const auto font = std::ranges::find(kFontPixels, look.text_pixels) - kFontPixels.begin();
    ImGui::GetIO().FontDefault = ImGui::GetIO().Fonts->Fonts[static_cast<int>(font)];
    damage_.forget();
}

void Interface::begin_frame() const {
    ImGui_ImplVulkan_NewFrame();
    ImGui_ImplGlfw_NewFrame();
    ImGui::NewFrame();
}

void Interface::end_frame() const {
    ImGui::Render();
}

void Interface::record(gpu::Recorder& recorder, const gpu::Swapchain::Frame& frame, const Backdrop& backdrop) {
    if (generation_ != swapchain_.generation()) make_window_image();
    const bool scaled = backdrop.picture != nullptr && !fits(*backdrop.picture, backdrop.part, window_image_);
    const PixelRect place = pixel_rect(backdrop.part);
    if (scaled || was_scaled_ || place != last_place_) damage_.forget();
    was_scaled_ = scaled;
    last_place_ = place;
    ImDrawData& data = *ImGui::GetDrawData();
    const PixelRect under = backdrop.changed ? place : PixelRect();
    const std::vector<PixelRect>& parts = damage_.update(data, whole(window_image_.extent()), under);
    if (!parts.empty()) {
        if (backdrop.picture != nullptr) {
            record_copies(recorder, *backdrop.picture, window_image_, backdrop.part, parts);
        }
        restrict_to(data, parts);
        record_interface(recorder, backdrop, parts);
    }
    recorder.copy(window_image_, frame.image);
}

void Interface::record_interface(gpu::Recorder& recorder, const Backdrop& backdrop,
                                 const std::vector<PixelRect>& parts) {
    const gpu::ExternalUse use = gpu::draws_on(window_image_);
    recorder.external("UI", std::span(&use, 1), [&](VkCommandBuffer commands) {
        auto begin = make_structure<VkRenderPassBeginInfo>(VK_STRUCTURE_TYPE_RENDER_PASS_BEGIN_INFO);
        begin.renderPass = render_pass_;
        begin.framebuffer = framebuffer_;
        begin.renderArea.extent = window_image_.extent();
        vkCmdBeginRenderPass(commands, &begin, VK_SUBPASS_CONTENTS_INLINE);
        const PixelRect picture = pixel_rect(backdrop.part);
        const ImVec4& ground = ImGui::GetStyle().Colors[ImGuiCol_WindowBg];
        for (const PixelRect& part : parts) {
            for (const PixelRect& rect : beside(part, picture))
                record_clear(commands, rect, {ground.x, ground.y, ground.z});
            const PixelRect inside = part.within(picture);
            if (backdrop.picture == nullptr && !inside.empty()) record_clear(commands, inside, backdrop.colour);
        }
        ImGui_ImplVulkan_RenderDrawData(ImGui::GetDrawData(), commands);
        vkCmdEndRenderPass(commands);
    });
}

}  // namespace scorefield::viewer
