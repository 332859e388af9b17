using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>
/// The frame budget, counted instead of timed: the number of repaints of each canvas and of drawing calls during a busy
/// stream. The page's own frames are held back and stepped, so that ten of its seconds are the same work on every
/// machine.
/// </summary>
public sealed partial class ChartTests
{
    private const int Frames = 600;
    private const int Messages = 200;

    /// <summary>
    /// Maximum number of drawing calls in a frame that paints everything: the measured 1,454 (1440x900) and half as
    /// much again.
    /// </summary>
    private const int MostInOneFrame = 2_180;

    /// <summary>Maximum number of drawing calls in all frames: the measured 185,868 and half as much again.</summary>
    private const int MostInAll = 279_000;

    /// <summary>Script that counts the drawing calls of each canvas, and lets frames be held back.</summary>
    private const string Watch = """
        (() => {
          const watch = window.watch = { hold: false, queue: [], calls: 0, paints: {} };
          const real = requestAnimationFrame.bind(window);
          window.requestAnimationFrame = f => watch.hold ? watch.queue.push(f) : real(f);
          watch.release = () => { watch.hold = false; for (const f of watch.queue.splice(0)) real(f); };
          const Real = WebSocket;
          window.WebSocket = class extends Real { constructor(...given) { super(...given); watch.socket = this; } };
          const drawing = CanvasRenderingContext2D.prototype;
          for (const name of ["fillRect", "strokeRect", "fillText", "fill", "stroke", "lineTo", "moveTo"]) {
            const does = drawing[name];
            drawing[name] = function (...given) {
              watch.calls++;
              const whole = name === "fillRect" && given[0] === 0 && given[1] === 0 && given[2] >= this.canvas.clientWidth - 1 && given[3] >= this.canvas.clientHeight - 1;
              const id = this.canvas.parentElement?.id;
              if (whole && id) watch.paints[id] = (watch.paints[id] ?? 0) + 1;
              return does.apply(this, given);
            };
          }
        })()
        """;

    /// <summary>
    /// Script that runs ten seconds of frames: the stream makes twenty messages a second of a thousand changes. Then
    /// come ten seconds without messages.
    /// </summary>
    private const string Run = """
        async ([frames, messages]) => {
          const watch = window.watch;
          watch.hold = true;
          while (watch.queue.length === 0) await new Promise(go => setTimeout(go, 5));
          let seed = 7, sequence = 1_000_000, trade = 0, now = performance.now();
          const next = most => (seed = (seed * 48271) % 2147483647) % most;
          const tell = message => watch.socket.onmessage({ data: JSON.stringify({ symbol: "AAPL", timeNanos: String(Date.now() * 1e6), ...message }) });
          const side = (best, step) => Array.from({ length: 300 }, (_, i) => [best + step * i, 1 + next(900)]);
          tell({ type: "snapshot", sequence, bids: side(14999, -1), asks: side(15001, 1) });
          const run = every => {
            [watch.calls, watch.paints] = [0, {}];
            let most = 0;
            for (let frame = 0; frame < frames; frame++) {
              if (every > 0 && frame % every === 0) {
                const levels = best => Array.from({ length: 25 }, () => [best + next(60), next(5) === 0 ? 0 : 1 + next(900)]);
                const trades = Array.from({ length: 10 }, () => ({ tradeId: `${++trade + 2_000_000}-0`, price: 15000 + next(5) - 2, quantity: 1 + next(50), takerSide: next(2) ? "buy" : "sell", timeNanos: String((Date.now() + frame * 16) * 1e6) }));
                tell({ type: "update", previousSequence: sequence, sequence: ++sequence, bids: levels(14940), asks: levels(15001), trades });
              }
              const before = watch.calls;
              now += 1_000 / 60;
              for (const f of watch.queue.splice(0)) f(now);
              most = Math.max(most, watch.calls - before);
            }
            return { most, calls: watch.calls, paints: watch.paints };
          };
          const [busy, quiet] = [run(frames / messages), run(0)];
          watch.release();
          return JSON.stringify({ busy, quiet });
        }
        """;

    [Fact]
    public async Task Busy_book_is_painted_within_the_budget_of_a_frame_and_a_quiet_one_not_at_all()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.Page.AddInitScriptAsync(Watch);
        await page.Page.RouteAsync(
            "**/candles/AAPL?*",
            route => route.FulfillAsync(
                new RouteFulfillOptions { ContentType = "application/json", Body = DayOfCandles() }));
        await page.Page.ReloadAsync();
        await page.LiveAsync();
        var counted =
            JsonDocument.Parse(await page.Page.EvaluateAsync<string>(Run, new[] { Frames, Messages })).RootElement;
        var (busy, quiet) = (counted.GetProperty("busy"), counted.GetProperty("quiet"));
        TestContext.Current.TestOutputHelper?.WriteLine(counted.ToString());

        // The ladder is painted once a message, the chart and the tape twenty times a second, the depth ten times.
        Assert.InRange(Paints(busy, "ladder"), Messages, Messages + 1);
        Assert.InRange(Paints(busy, "chart"), 150, 201);
        Assert.InRange(Paints(busy, "tape"), 150, 201);
        Assert.InRange(Paints(busy, "depth"), 80, 101);
        Assert.InRange(busy.GetProperty("most").GetInt32(), 1, MostInOneFrame);
        Assert.InRange(busy.GetProperty("calls").GetInt32(), 1, MostInAll);
        Assert.InRange(quiet.GetProperty("paints").EnumerateObject().Sum(painted => painted.Value.GetInt32()), 0, 4);
        page.AssertSound();

        // A day of candles fills the chart as far as it goes.
        static string DayOfCandles()
        {
            var minute = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 60_000;
            var rows = Enumerable.Range(0, 1_440)
                .Select(
                    i =>
                        $"""[{(minute - 1_440 + i) * 60_000},"150.{i % 90:00}","15{i % 3}.95","149.10","150.{(i + 7) % 90:00}","{100 + (i % 40)}",9]""");
            return $$"""{"symbol":"AAPL","candles":[{{string.Join(',', rows)}}]}""";
        }

        static int Paints(JsonElement run, string picture) => run.GetProperty("paints").GetProperty(picture).GetInt32();
    }
}
