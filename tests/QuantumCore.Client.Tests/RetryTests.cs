namespace QuantumCore.Client.Tests;

/// <summary>
/// Lost responses, overload and rejections: calls that the client retries, and calls that it never makes twice.
/// </summary>
public sealed class RetryTests : IAsyncLifetime
{
    private static readonly PlaceOrder s_order = PlaceOrder.Limit("AAPL", OrderSide.Buy, 100m, 150.00m);

    private readonly QuantumCoreClientOptions _options = new() { JitterSeed = 7 };
    private readonly InstantTime _time;
    private TestExchange _exchange = null!;
    private QuantumCoreClient _client = null!;

    public RetryTests()
    {
        _time = new InstantTime(_options.AttemptTimeout);
        _options = _options with { Time = _time };
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _exchange = await TestExchange.StartAsync();
        _client = new QuantumCoreClient(_exchange.Address, "demo-alice", _options);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _exchange.DisposeAsync();
    }

    [Fact]
    public async Task An_order_whose_answer_was_lost_is_placed_once()
    {
        _exchange.Next(Fault.DropAfter, Fault.DropBefore, Fault.Crash, Fault.OutcomeUnknownAfter);

        var order = await _client.Orders.PlaceAsync(s_order, Cancellation);

        Assert.Equal(5, _exchange.Changes.Count);
        var only = Assert.Single(_exchange.Book("AAPL").Orders);
        Assert.Equal((only.Id, only.Name), (order.OrderId, order.ClientOrderId));
        Assert.Equal(32, order.ClientOrderId.Length);
    }

    [Fact]
    public async Task Order_keeps_the_given_client_order_id()
    {
        _exchange.Next(Fault.DropAfter);

        var order = await _client.Orders.PlaceAsync(s_order with { ClientOrderId = "my-1" }, Cancellation);

        Assert.Equal("my-1", order.ClientOrderId);
        Assert.Single(_exchange.Book("AAPL").Orders);
    }

    [Fact]
    public async Task Order_without_a_response_fails_with_its_client_order_id()
    {
        _exchange.Next([.. Enumerable.Repeat(Fault.DropAfter, _options.MaxAttempts)]);

        var failure = await Assert.ThrowsAsync<QuantumCoreException>(
            () => _client.Orders.PlaceAsync(s_order, Cancellation));

        Assert.Equal(RejectCodes.OutcomeUnknown, failure.Code);
        Assert.Null(failure.Status);
        Assert.Equal(_options.MaxAttempts, _exchange.Changes.Count);
        var resting = Assert.Single(_exchange.Book("AAPL").Orders);
        Assert.Equal(resting.Name, failure.ClientOrderId);

        var asked = await _client.Orders.PlaceAsync(
            s_order with { ClientOrderId = failure.ClientOrderId }, Cancellation);
        Assert.Equal(resting.Id, asked.OrderId);
    }

    [Fact]
    public async Task Refused_connection_means_that_nothing_was_done()
    {
        using var client = new QuantumCoreClient(new Uri("http://127.0.0.1:1"), "demo-alice", _options);

        var failure = await Assert.ThrowsAsync<QuantumCoreException>(
            () => client.Orders.PlaceAsync(s_order, Cancellation));

        Assert.Equal(RejectCodes.Unreachable, failure.Code);
        Assert.Equal(_options.MaxAttempts - 1, _time.Pauses.Count);
    }

    [Fact]
    public async Task A_busy_exchange_is_asked_again_no_sooner_than_it_said()
    {
        _exchange.RetryAfterSeconds = 3;
        _exchange.Next(Fault.Overloaded, Fault.Overloaded);

        await _client.Orders.PlaceAsync(s_order, Cancellation);

        Assert.Equal([TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3)], _time.Pauses);
        Assert.Single(_exchange.Book("AAPL").Orders);
    }

    [Fact]
    public async Task Client_over_the_rate_limit_waits_for_Retry_After_and_succeeds()
    {
        _exchange.RetryAfterSeconds = 3;
        _exchange.Next(Fault.TooMany);

        await _client.Orders.PlaceAsync(s_order, Cancellation);

        Assert.Equal([TimeSpan.FromSeconds(3)], _time.Pauses);
        Assert.Single(_exchange.Book("AAPL").Orders);
    }

    [Fact]
    public async Task Retry_delay_beyond_the_time_budget_is_not_started()
    {
        _exchange.RetryAfterSeconds = 60;
        _exchange.Next(Fault.Overloaded);

        var failure = await Assert.ThrowsAsync<QuantumCoreException>(
            () => _client.Orders.PlaceAsync(s_order, Cancellation));

        Assert.Equal((RejectCodes.Overloaded, (int?)503), (failure.Code, failure.Status));
        Assert.Empty(_time.Pauses);
        Assert.Empty(_exchange.Book("AAPL").Orders);
    }

    [Fact]
    public async Task After_a_lost_answer_overload_no_longer_means_that_nothing_was_done()
    {
        _exchange.RetryAfterSeconds = 60;
        _exchange.Next(Fault.DropAfter, Fault.Overloaded);

        var failure = await Assert.ThrowsAsync<QuantumCoreException>(
            () => _client.Orders.PlaceAsync(s_order, Cancellation));

        Assert.Equal(RejectCodes.OutcomeUnknown, failure.Code);
        Assert.NotNull(failure.ClientOrderId);
    }

    [Fact]
    public async Task A_refusal_is_told_once_with_code_field_and_limit()
    {
        var failure = await Assert.ThrowsAsync<QuantumCoreException>(
            () => _client.Orders.PlaceAsync(s_order with { Quantity = 2_000_000m }, Cancellation));

        Assert.Equal(
            ("InvalidQuantity", "quantity", "1000000", (int?)400, "too large", "too large (quantity, limit 1000000)"),
            (failure.Code, failure.Field, failure.Limit, failure.Status, failure.Detail, failure.Message));
        Assert.Single(_exchange.Changes);
    }

    [Fact]
    public async Task A_halted_symbol_is_not_asked_again()
    {
        _exchange.Next(Fault.Halted);

        var failure = await Assert.ThrowsAsync<QuantumCoreException>(
            () => _client.Orders.PlaceAsync(s_order, Cancellation));

        Assert.Equal("SymbolHalted", failure.Code);
        Assert.Single(_exchange.Changes);
    }

    [Fact]
    public async Task A_cancel_whose_answer_was_lost_shows_the_cancelled_order()
    {
        var order = await _client.Orders.PlaceAsync(s_order, Cancellation);
        _exchange.Next(Fault.DropAfter);

        var cancelled = await _client.Orders.CancelAsync("AAPL", order.OrderId, Cancellation);

        Assert.Equal((OrderStatus.Cancelled, "user"), (cancelled.Status, cancelled.EndReason));
    }

    [Fact]
    public async Task A_cancel_of_a_done_order_is_refused()
    {
        var order = await _client.Orders.PlaceAsync(s_order, Cancellation);
        await _client.Orders.CancelAsync("AAPL", order.OrderId, Cancellation);

        var failure = await Assert.ThrowsAsync<QuantumCoreException>(
            () => _client.Orders.CancelAsync("AAPL", order.OrderId, Cancellation));

        Assert.Equal(RejectCodes.OrderClosed, failure.Code);
    }

    [Fact]
    public async Task A_reduction_whose_answer_was_lost_is_not_sent_twice_and_keeps_its_place()
    {
        var order = await _client.Orders.PlaceAsync(s_order, Cancellation);
        _exchange.Changes.Clear();
        _exchange.Next(Fault.DropAfter);

        var amended = await _client.Orders.AmendAsync(
            "AAPL", order.OrderId, new AmendOrder { Quantity = 40m }, Cancellation);

        Assert.Equal((order.OrderId, 40m), (amended.OrderId, amended.Remaining));
        Assert.Single(_exchange.Changes);
    }

    [Fact]
    public async Task A_reduction_that_did_not_arrive_is_sent_again()
    {
        var order = await _client.Orders.PlaceAsync(s_order, Cancellation);
        _exchange.Next(Fault.DropBefore);

        var amended = await _client.Orders.AmendAsync(
            "AAPL", order.OrderId, new AmendOrder { Quantity = 40m }, Cancellation);

        Assert.Equal((order.OrderId, 40m), (amended.OrderId, amended.Remaining));
    }

    [Fact]
    public async Task A_replacement_whose_answer_was_lost_is_found_by_its_name()
    {
        var order = await _client.Orders.PlaceAsync(s_order, Cancellation);
        _exchange.Next(Fault.DropAfter);

        var replaced = await _client.Orders.AmendAsync(
            "AAPL", order.OrderId, new AmendOrder { Price = 149.50m }, Cancellation);

        Assert.NotEqual(order.OrderId, replaced.OrderId);
        Assert.Equal((149.50m, OrderStatus.New), (replaced.Price, replaced.Status));
        Assert.Single(_exchange.Book("AAPL").Orders, candidate => candidate.IsOpen);
    }

    [Fact]
    public async Task A_replacement_on_its_way_to_its_book_is_no_answer_yet()
    {
        var order = await _client.Orders.PlaceAsync(s_order, Cancellation);
        _exchange.Changes.Clear();
        _exchange.Next(Fault.InFlight, Fault.InFlight);

        var replaced = await _client.Orders.AmendAsync(
            "AAPL", order.OrderId, new AmendOrder { Price = 149.50m }, Cancellation);

        Assert.Equal((2L, 149.50m, OrderStatus.New), (replaced.OrderId, replaced.Price, replaced.Status));
        Assert.Equal(3, _exchange.Changes.Count);
        Assert.Equal(2, _time.Pauses.Count);
        Assert.Single(_exchange.Book("AAPL").Orders, candidate => candidate.IsOpen);
    }

    [Fact]
    public async Task Replacement_filled_at_once_is_found_by_name_after_a_lost_response()
    {
        using var bob = new QuantumCoreClient(_exchange.Address, "demo-bob", _options);
        await bob.Orders.PlaceAsync(PlaceOrder.Limit("AAPL", OrderSide.Sell, 1_000m, 151.00m), Cancellation);
        var order = await _client.Orders.PlaceAsync(s_order, Cancellation);
        _exchange.Next(Fault.DropAfter);

        var replaced = await _client.Orders.AmendAsync(
            "AAPL", order.OrderId, new AmendOrder { Price = 151.00m }, Cancellation);

        Assert.True(replaced.OrderId > order.OrderId);
        Assert.Equal((151.00m, OrderStatus.Filled), (replaced.Price, replaced.Status));
    }

    [Fact]
    public async Task An_older_order_is_not_taken_for_the_replacement_whose_name_it_has()
    {
        await _client.Orders.PlaceAsync(s_order with { ClientOrderId = "old-1" }, Cancellation);
        await _client.Orders.CancelByClientIdAsync("old-1", Cancellation);
        var order = await _client.Orders.PlaceAsync(s_order, Cancellation);
        await _client.Orders.CancelAsync("AAPL", order.OrderId, Cancellation);
        _exchange.Next(Fault.DropBefore);

        var failure = await Assert.ThrowsAsync<QuantumCoreException>(() => _client.Orders.AmendAsync(
            "AAPL", order.OrderId, new AmendOrder { Price = 149.50m, ClientOrderId = "old-1" }, Cancellation));

        Assert.Equal((RejectCodes.OutcomeUnknown, "old-1"), (failure.Code, failure.ClientOrderId));
    }

    [Theory]
    [InlineData(-50)]
    [InlineData(0)]
    public async Task Amendment_of_a_closed_order_is_rejected_as_such_after_a_lost_response(int by)
    {
        var order = await _client.Orders.PlaceAsync(s_order, Cancellation);
        await _client.Orders.CancelAsync("AAPL", order.OrderId, Cancellation);
        var change = new AmendOrder { Price = s_order.Price + (by / 100m), ExpectedRemaining = 100m };
        var plain = await Assert.ThrowsAsync<QuantumCoreException>(
            () => _client.Orders.AmendAsync("AAPL", order.OrderId, change, Cancellation));
        _exchange.Next(Fault.DropBefore);

        var failure = await Assert.ThrowsAsync<QuantumCoreException>(
            () => _client.Orders.AmendAsync("AAPL", order.OrderId, change, Cancellation));

        Assert.Equal(plain.Code, failure.Code);
        Assert.NotEqual(RejectCodes.OutcomeUnknown, failure.Code);
    }

    [Fact]
    public async Task A_quantity_that_the_order_had_before_is_not_taken_for_the_change()
    {
        var order = await _client.Orders.PlaceAsync(s_order, Cancellation);
        _exchange.Next(Fault.DropBefore);

        var failure = await Assert.ThrowsAsync<QuantumCoreException>(
            () => _client.Orders.AmendAsync(
                "AAPL", order.OrderId, new AmendOrder { Quantity = 100m, ExpectedRemaining = 70m }, Cancellation));

        Assert.Equal(RejectCodes.StaleLeaves, failure.Code);
    }

    [Fact]
    public async Task A_batch_begins_no_round_and_an_amendment_no_attempt_after_the_time_of_a_call()
    {
        using var client =
            new QuantumCoreClient(_exchange.Address, "demo-alice", _options with { RetryBudget = TimeSpan.Zero });
        _exchange.Next(Fault.None, Fault.Overloaded, Fault.None, Fault.Overloaded);

        var result = Assert.Single(await client.Orders.PlaceBatchAsync([s_order], Cancellation));

        Assert.Equal("Overloaded", result.Error?.Code);
        Assert.Single(_exchange.Changes);
        Assert.Empty(_time.Pauses);
        _exchange.Next(Fault.None);
        var order = await _client.Orders.PlaceAsync(s_order, Cancellation);
        _exchange.Next(Fault.DropAfter, Fault.DropAfter);
        await Assert.ThrowsAsync<QuantumCoreException>(
            () => client.Orders.AmendAsync("AAPL", order.OrderId, new AmendOrder { Quantity = 40m }, Cancellation));
        Assert.Empty(_time.Pauses);
    }

    [Fact]
    public async Task Invalid_side_cancels_nothing()
    {
        await _client.Orders.PlaceAsync(s_order, Cancellation);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => _client.Orders.CancelAllAsync("AAPL", default(OrderSide), Cancellation));
        Assert.Single(_exchange.Book("AAPL").Orders, order => order.IsOpen);
    }

    [Fact]
    public async Task Only_the_orders_of_a_batch_that_found_no_room_are_sent_again()
    {
        // The first fault is the batch's own, the others are its entries'.
        _exchange.Next(Fault.None, Fault.None, Fault.Overloaded, Fault.None);

        var results = await _client.Orders.PlaceBatchAsync([s_order, s_order, s_order], Cancellation);

        Assert.All(results, result => Assert.NotNull(result.Order));
        Assert.Equal([1L, 3L, 2L], results.Select(result => result.Order!.OrderId));
        Assert.Equal(3, _exchange.Book("AAPL").Orders.Count());
    }

    [Fact]
    public async Task A_batch_whose_answer_was_lost_is_placed_once()
    {
        _exchange.Next(Fault.DropAfter, Fault.None, Fault.None);

        var results = await _client.Orders.PlaceBatchAsync(
            [s_order, s_order with { Quantity = 2_000_000m }], Cancellation);

        Assert.Equal(1L, results[0].Order?.OrderId);
        Assert.Equal("InvalidQuantity", results[1].Error?.Code);
        Assert.Single(_exchange.Book("AAPL").Orders);
    }

    [Fact]
    public async Task Batch_without_a_response_fails_with_its_client_order_ids()
    {
        _exchange.DropEvery = 1;

        var results = await _client.Orders.PlaceBatchAsync([s_order, s_order], Cancellation);

        Assert.Equal(_options.MaxAttempts, _exchange.Changes.Count);
        Assert.All(results, static result => Assert.Equal(RejectCodes.OutcomeUnknown, result.Error?.Code));
        Assert.Equal(
            _exchange.Book("AAPL").Orders.Select(static order => order.Name),
            results.Select(static result => result.ClientOrderId));
    }

    [Fact]
    public async Task Batch_reports_completed_orders_though_the_rest_has_no_outcome()
    {
        // The second order finds no room; its retry gets no response.
        _exchange.Next(
            [Fault.None, Fault.None, Fault.Overloaded, .. Enumerable.Repeat(Fault.Crash, _options.MaxAttempts)]);

        var results = await _client.Orders.PlaceBatchAsync([s_order, s_order], Cancellation);

        Assert.Equal(1L, results[0].Order?.OrderId);
        Assert.Equal(RejectCodes.OutcomeUnknown, results[1].Error?.Code);
    }

    [Fact]
    public async Task A_deposit_whose_answer_was_lost_is_booked_once()
    {
        using var admin = new QuantumCoreClient(_exchange.Address, "demo-admin", _options);
        _exchange.Next(Fault.DropAfter);

        var receipt = await admin.Operator.Accounts.DepositAsync(
            "ACC-1001", "USD", 1000.00m, cancellation: Cancellation);

        Assert.Equal(("ACC-1001", "USD", 1000.00m), (receipt.Account, receipt.Asset, receipt.Amount));
        Assert.Single(_exchange.Deposits);
    }

    [Fact]
    public async Task Deposit_without_a_response_fails_with_its_key()
    {
        using var admin = new QuantumCoreClient(_exchange.Address, "demo-admin", _options);
        _exchange.Next([.. Enumerable.Repeat(Fault.DropAfter, _options.MaxAttempts)]);

        var failure = await Assert.ThrowsAsync<QuantumCoreException>(
            () => admin.Operator.Accounts.DepositAsync("ACC-1001", "USD", 1000.00m, cancellation: Cancellation));

        Assert.Equal(RejectCodes.OutcomeUnknown, failure.Code);
        var receipt = await admin.Operator.Accounts.DepositAsync(
            "ACC-1001", "USD", 1000.00m, failure.DepositKey, Cancellation);
        Assert.Equal((failure.DepositKey, 1L), (receipt.Key, receipt.Sequence));
        Assert.Single(_exchange.Deposits);
    }

    [Fact]
    public async Task Invalid_deposit_key_is_rejected_before_a_request_is_sent()
    {
        using var admin = new QuantumCoreClient(_exchange.Address, "demo-admin", _options);
        var failure = await Assert.ThrowsAsync<QuantumCoreException>(
            () => admin.Operator.Accounts.DepositAsync("ACC-1001", "USD", 1m, "a b", Cancellation));

        Assert.Equal((RejectCodes.BadRequest, "key"), (failure.Code, failure.Field));
        Assert.Empty(_exchange.Changes);
    }

    [Fact]
    public async Task A_key_whose_answer_was_lost_is_not_made_again_unasked()
    {
        using var admin = new QuantumCoreClient(_exchange.Address, "demo-admin", _options);
        _exchange.Next(Fault.DropAfter);

        var failure = await Assert.ThrowsAsync<QuantumCoreException>(
            () => admin.Operator.Keys.CreateAsync("ACC-1001", cancellation: Cancellation));

        Assert.Equal(RejectCodes.OutcomeUnknown, failure.Code);
        Assert.Single(_exchange.Changes);
    }

    [Fact]
    public async Task Cancelled_order_call_fails_with_its_client_order_id()
    {
        using var giveUp = new CancellationTokenSource();
        _exchange.Next(Fault.Hang);
        _exchange.Hung = giveUp.Cancel;

        var failure =
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => _client.Orders.PlaceAsync(s_order, giveUp.Token));

        var unknown = Assert.IsType<QuantumCoreException>(failure.InnerException);
        Assert.Equal(
            (RejectCodes.OutcomeUnknown, Assert.Single(_exchange.Book("AAPL").Orders).Name),
            (unknown.Code, unknown.ClientOrderId));
    }

    [Fact]
    public async Task Cancelled_batch_call_fails_with_its_client_order_ids()
    {
        using var giveUp = new CancellationTokenSource();
        _exchange.Next(Fault.Hang);
        _exchange.Hung = giveUp.Cancel;

        var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _client.Orders.PlaceBatchAsync([s_order, s_order], giveUp.Token));

        var unknown = Assert.IsType<QuantumCoreException>(failure.InnerException);
        Assert.Equal(RejectCodes.OutcomeUnknown, unknown.Code);
        Assert.Equal(
            _exchange.Book("AAPL").Orders.Select(static order => order.Name),
            unknown.BatchResults.Select(static result => result.ClientOrderId));
        Assert.All(unknown.BatchResults, static result => Assert.Equal(RejectCodes.OutcomeUnknown, result.Error?.Code));
    }

    [Fact]
    public async Task Cancelled_batch_call_keeps_the_results_received_so_far()
    {
        // The second order finds no room; the caller cancels during its retry.
        using var giveUp = new CancellationTokenSource();
        _exchange.Next(Fault.None, Fault.None, Fault.Overloaded, Fault.Hang);
        _exchange.Hung = giveUp.Cancel;

        var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _client.Orders.PlaceBatchAsync([s_order, s_order], giveUp.Token));

        var results = Assert.IsType<QuantumCoreException>(failure.InnerException).BatchResults;
        Assert.Equal((1L, null), (results[0].Order?.OrderId, results[0].Error));
        Assert.Equal(RejectCodes.OutcomeUnknown, results[1].Error?.Code);
    }

    [Fact]
    public async Task Amendment_that_can_not_be_looked_up_has_an_unknown_outcome()
    {
        var order = await _client.Orders.PlaceAsync(s_order, Cancellation);
        using var http = new HttpClient(new OnlyPatches()) { BaseAddress = _exchange.Address };
        using var client = new QuantumCoreClient(http, "demo-alice", _options);
        _exchange.Next(Fault.DropAfter);

        var failure = await Assert.ThrowsAsync<QuantumCoreException>(
            () => client.Orders.AmendAsync(
                "AAPL", order.OrderId, new AmendOrder { Price = 149m, ClientOrderId = "new-1" }, Cancellation));

        Assert.Equal((RejectCodes.OutcomeUnknown, "new-1"), (failure.Code, failure.ClientOrderId));
    }

    [Fact]
    public async Task Cancelled_call_is_not_retried()
    {
        using var giveUp = new CancellationTokenSource();
        _exchange.Next(Fault.Overloaded);
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _client.Orders.PlaceAsync(s_order, giveUp.Token));

        Assert.Empty(_exchange.Book("AAPL").Orders);
    }

    [Fact]
    public void Pauses_double_up_to_a_limit_and_the_seed_fixes_their_jitter()
    {
        var first = new Backoff(_options);
        var second = new Backoff(_options);
        for (var attempt = 1; attempt < 40; attempt++)
        {
            var pause = first.PauseAfter(attempt);
            var whole = TimeSpan.FromTicks(
                Math.Min(_options.FirstPause.Ticks << Math.Min(attempt - 1, 20), _options.LongestPause.Ticks));
            Assert.InRange(pause, whole / 2, whole);
            Assert.Equal(pause, second.PauseAfter(attempt));
        }
    }

    /// <summary>Reaches the exchange only with amendments.</summary>
    private sealed class OnlyPatches() : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.Method == HttpMethod.Patch
                ? base.SendAsync(request, cancellationToken)
                : throw new HttpRequestException(HttpRequestError.ConnectionError, "nobody listens");
    }
}
