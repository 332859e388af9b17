using System.Net;
using System.Text.Json;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.TestKit;
using Xunit;
using static QuantumCore.Grains.Tests.ServedExchange;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// While the journal does not commit, because the disk is full or the database is down, cancels are answered about a
/// second after that began, rather than after the timeout of a call.
/// </summary>
public sealed class StalledJournalTests
{
    private const long Alice = 1001;

    [Fact]
    public async Task Mass_cancel_times_out_in_seconds_and_is_rejected_until_the_journal_commits()
    {
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        var disk = new Disk(DiskKind.Faulty);
        await using var served = await OpenAsync(disk: disk, grainTime: time);
        await served.AliceAsync(Buy(10m, 150m));
        var writer = served.Exchange.Service<JournalWriter>();
        disk.Volatile.IsDown = true;

        var (first, waited) = await CancelAsync(served, writer, time);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "OutcomeUnknown", "1"), first);
        Assert.InRange(waited, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        var pending = writer.PendingRecords;
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "Overloaded", "1"), await AnswerAsync(await DeleteOrdersAsync(served)));
        Assert.Equal(pending, writer.PendingRecords);

        disk.Volatile.IsDown = false;
        await Wait.UntilAsync(() => writer.PendingRecords == 0);
        using var done = await DeleteOrdersAsync(served);
        Assert.Equal(
            """{"cancelled":1}""", await done.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Cancel_times_out_in_seconds_and_is_done_when_the_journal_commits()
    {
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        await using var disk = new Disk(DiskKind.Faulty);
        await using var exchange = await Exchange.OpenAsync(disk, ["AAPL"], [Alice], time: time);
        var order = await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 10);
        var writer = exchange.Service<JournalWriter>();
        disk.Volatile.IsDown = true;

        var cancel = exchange.Book("AAPL").CloseById(Alice, order.OrderId).AsTask();
        await StallAsync(writer, time, cancel);
        var late = await Assert.ThrowsAsync<TimeoutException>(() => cancel);
        Assert.Contains("book/AAPL waits", late.Message, StringComparison.Ordinal);

        // Once the store counts as down, nothing waits for the clock.
        await Assert.ThrowsAsync<TimeoutException>(
            () => exchange.Book("AAPL").CloseById(Alice, order.OrderId).AsTask());

        disk.Volatile.IsDown = false;
        await Wait.UntilAsync(() => writer.PendingRecords == 0);
        Assert.Equal(OrderStatus.Cancelled, (await exchange.Book("AAPL").Status(Alice, order.OrderId)).Status);
    }

    [Theory]
    [InlineData("admin/accounts/ACC-1001/freeze", "New", "AccountFrozen")]
    [InlineData("admin/accounts/ACC-1001/block", "Cancelled", "AccountFrozen")]
    [InlineData("admin/owners/acme/block", "Cancelled", "AccountFrozen")]
    [InlineData("admin/accounts/ACC-1001/block AAPL", "Cancelled", "AccountBlocked")]
    public async Task Block_holds_at_once_and_is_on_record_when_the_journal_commits(
        string call, string orderThen, string refusal)
    {
        var disk = new Disk(DiskKind.Faulty);
        await using var served = await OpenAsync(disk: disk);
        await served.Admin.Operator.Accounts.SetOwnerAsync("ACC-1001", "acme", TestContext.Current.CancellationToken);
        var resting = await served.AliceAsync(Buy(10m, 150m));
        disk.Volatile.IsDown = true;
        var body = call.EndsWith(" AAPL", StringComparison.Ordinal)
            ? """{"symbol":"AAPL","why":"runs wild"}"""
            : """{"why":"runs wild"}""";
        using (var answer = await served.SendRawAsync(HttpMethod.Post, call.Split(' ')[0], "operator", body))
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        if (refusal == "AccountFrozen")
            Assert.Equal("Overloaded", await RefusalAsync(served));

        disk.Volatile.IsDown = false;
        await Wait.UntilAsync(
            async () => $"{(await NowAsync(served.Alice, resting)).Status}" == orderThen
                && await RefusalAsync(served) == refusal);
        await Wait.UntilAsync(
            async () => (await served.Admin.Operator.GetActionsAsync(
                cancellation: TestContext.Current.CancellationToken))
            .Any(line => line.What is "accountFrozen" or "accountBlocked" or "ownerBlocked"));
        await served.Exchange.CrashAsync();
        await using var restarted = await Exchange.StartAsync(disk);
        Assert.Equal(refusal == "AccountFrozen", (await restarted.ViewAsync(Alice)).IsFrozen);
        var isOfOwner = call.Contains("owners", StringComparison.Ordinal);
        Assert.Equal(isOfOwner, (await restarted.Grains.Catalog().BlockedOwners()).Contains("acme"));
    }

    [Fact]
    public async Task Freeze_of_an_account_that_is_not_active_is_repeated_until_it_is_on_record()
    {
        var disk = new Disk(DiskKind.Faulty);
        await using var served = await OpenAsync(disk: disk);
        var grain = served.Exchange.Account(Alice);
        await served.Exchange.Cluster.DeactivateAsync(grain);
        disk.Volatile.IsDown = true;
        using (var answer =
            await served.SendRawAsync(HttpMethod.Post, "admin/accounts/ACC-1001/freeze", "operator", "{}"))
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);

        disk.Volatile.IsDown = false;
        await Wait.UntilAsync(async () => await RefusalAsync(served) == "AccountFrozen");
    }

    private static async Task<string?> RefusalAsync(ServedExchange served)
    {
        using var response = await served.SendRawAsync(
            HttpMethod.Post, "orders", "alice", """{"symbol":"AAPL","side":"buy","quantity":"1","price":"1.00"}""");
        using var body =
            JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return body.RootElement.TryGetProperty("code", out var code) ? code.GetString() : null;
    }

    private static async Task<((HttpStatusCode Status, string? Code, string? RetryAfter) Answer,
        TimeSpan Waited)> CancelAsync(
        ServedExchange served, JournalWriter writer, ManualTime time)
    {
        var cancel = DeleteOrdersAsync(served);
        var waited = await StallAsync(writer, time, cancel);
        return (await AnswerAsync(await cancel), waited);
    }

    /// <summary>
    /// Moves the clock until a call is answered whose record waits for the journal. Returns how far it was moved.
    /// </summary>
    private static async Task<TimeSpan> StallAsync(JournalWriter writer, ManualTime time, Task call)
    {
        await Wait.UntilAsync(() => writer.PendingRecords > 0);
        var (step, waited) = (TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(1));
        time.Advance(waited);
        await Wait.UntilAsync(() =>
        {
            time.Advance(step);
            waited += step;
            return call.IsCompleted;
        });
        return waited;
    }

    private static Task<HttpResponseMessage> DeleteOrdersAsync(ServedExchange served) =>
        served.SendRawAsync(HttpMethod.Delete, "orders", "alice");

    private static async Task<(HttpStatusCode Status, string? Code, string? RetryAfter)> AnswerAsync(
        HttpResponseMessage response)
    {
        using var body =
            JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (response.StatusCode, body.RootElement.GetProperty("code").GetString(),
            response.Headers.GetValues("Retry-After").Single());
    }
}
