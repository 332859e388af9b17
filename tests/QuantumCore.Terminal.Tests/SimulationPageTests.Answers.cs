using Microsoft.Playwright;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>Messages of the simulation page for impossible requests, and if there is no response.</summary>
public sealed partial class SimulationPageTests
{
    [Theory]
    [InlineData("Steps", "ten", "Step")]
    [InlineData("Seed", "lucky", "Begin anew")]
    [InlineData("Seed", "", "Begin anew")]
    [InlineData("Clock ahead, ms", "", "Set clock")]
    public async Task Number_that_is_none_is_not_sent_as_another_or_as_nothing(string field, string text, string button)
    {
        await using var page = await OpenAsync();
        var before =
            (await page.CallAsync("demo-bob", HttpMethod.Get, "sim", atAdmin: exchange.Admin)).GetProperty("market")
            .GetProperty("seed").GetInt64();
        await ClickAsync(page, button, card => card.Locator($"input[aria-label='{field}']").FillAsync(text));
        await Assertions.Expect(Section(page, "Market").Locator(".problem"))
            .ToHaveTextAsync($"{field}: a whole number.");
        await Assertions.Expect(page.Page.Locator("dialog")).ToBeHiddenAsync();
        Assert.Equal(
            before,
            (await page.CallAsync("demo-bob", HttpMethod.Get, "sim", atAdmin: exchange.Admin)).GetProperty("market")
                .GetProperty("seed").GetInt64());
        page.AssertSound();
    }

    [Theory]
    [InlineData("")]
    [InlineData("fast")]
    public async Task Speed_of_a_replay_that_is_no_number_is_not_as_fast_as_it_goes(string text)
    {
        await using var page = await OpenAsync();
        var card = page.Page.Locator("[aria-label=Replay]");
        await card.GetByLabel("Recording", new LocatorGetByLabelOptions { Exact = true })
            .SelectOptionAsync("TAPE.cmds.csv");
        await card.GetByLabel("Begin with commands a second").FillAsync(text);
        await ClickAsync(page, "Start the replay");
        await Assertions.Expect(card.Locator("[role=alert]"))
            .ToHaveTextAsync("Begin with commands a second: a whole number.");

        await WhileToldAsync(() => TellAsync(ended: false), async () =>
        {
            await ClickAsync(
                page, "Set its speed",
                fields => fields.Locator("input[aria-label='Commands a second']").FillAsync(text));
            await Assertions.Expect(card.Locator("[role=alert]")).ToHaveTextAsync("Commands a second: a whole number.");
        });
        Assert.Equal(50, (await TellAsync(ended: false)).GetProperty("replay").GetProperty("speed").GetInt32());
        await TellAsync(ended: true);
        page.AssertSound();

        Task<System.Text.Json.JsonElement> TellAsync(bool ended) => page.CallAsync(
            "demo-alice", HttpMethod.Post, "sim/replay/report",
            new
            {
                run = $"said-{text}",
                file = "day.cmds.csv",
                symbol = "AAPL.L",
                done = 1,
                of = 5_000,
                speed = 50,
                ended,
            },
            exchange.Admin);
    }

    [Fact]
    public async Task Fault_that_can_not_be_set_is_refused_beside_its_button()
    {
        await using var page = await OpenAsync();
        var card = Section(page, "Faults for clients");
        await ClickAsync(
            page, "Set the fault", fields => fields.Locator("input[aria-label='How many times']").FillAsync("a few"));
        await Assertions.Expect(card.Locator("[role=alert]")).ToHaveTextAsync("How many times: a whole number.");
        Assert.Equal(
            0,
            (await page.CallAsync("demo-bob", HttpMethod.Get, "sim", atAdmin: exchange.Admin)).GetProperty("faults")
                .GetArrayLength());
        await Assertions.Expect(Section(page, "Market").Locator(".problem")).ToBeEmptyAsync();
        page.AssertSound();
    }

    [Fact]
    public async Task Fault_is_taken_away_by_keys_alone_however_often_the_page_asks_how_it_stands()
    {
        await using var page = await OpenAsync();
        var card = Section(page, "Faults for clients");
        await card.Locator("select[aria-label=Symbol]").SelectOptionAsync(Quiet);
        await ClickAsync(page, "Set the fault");
        var away = card.GetByRole(
            AriaRole.Button,
            new LocatorGetByRoleOptions { Name = $"Take away, reject of requests, {Quiet}, every key" });
        await away.FocusAsync();
        for (var asked = 0; asked < 2; asked++)
            await page.Page.WaitForResponseAsync("**/api/qc/v1/sim");
        await page.FramesAsync(5);
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(away).ToHaveCountAsync(0);
        page.AssertSound();
    }

    [Fact]
    public async Task Market_that_does_not_answer_is_not_called_running()
    {
        await using var page = await OpenAsync();
        var chip = Section(page, "Market").Locator(".chip");
        await Assertions.Expect(chip).ToContainTextAsync("running");
        await page.Page.RouteAsync(
            "**/api/qc/v1/sim", route => route.AbortAsync(RequestAbortErrorCode.ConnectionReset));
        await Assertions.Expect(chip).ToHaveTextAsync("no answer");
        await page.Page.UnrouteAllAsync();
        await Assertions.Expect(chip).ToContainTextAsync("running");

        // A page that is opened meanwhile does not say that no simulation can be controlled.
        await page.Page.RouteAsync("**/api/qc/v1/sim", TradePage.BusyAsync);
        await page.Page.GotoAsync(new Uri(exchange.Admin, "/sim").ToString());
        await Assertions.Expect(page.Page.Locator("#page")).ToContainTextAsync("did not answer");
        await page.Page.UnrouteAllAsync();
        await Assertions.Expect(chip).ToContainTextAsync("running");
        page.AssertSound();
    }

    private static ILocator Section(TradePage page, string heading) =>
        page.Page.Locator(
            "section.card",
            new PageLocatorOptions
            {
                Has = page.Page.Locator("h2", new PageLocatorOptions { HasTextString = heading }),
            });
}
