using System.Text;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Fix.Tests;

/// <summary>
/// Session layer by the topics of the public FIX 4.4 acceptance scripts, with this exchange's responses. docs/fix.md
/// says why some differ. The orders among the topics are in the tests of orders over FIX.
/// </summary>
public sealed class FixAcceptanceTests
{
    private static readonly string[] s_logon = ["> A 1 98=0|108=30|554=key", "< A 1 98=0|108=30"];

    [Theory]
    [InlineData("a logon and a logout", "> 5 2", "< 5 2", "closed")]
    [InlineData("numbers in their order", "> 0 2", "> 0 3", "> 0 4", "> 5 5", "< 5 2", "closed")]
    [InlineData(
        "a number too high", "> 0 2", "> 0 5", "< 2 2 7=3|16=0", "> 0 3", "> 0 4", "> 0 5", "> 5 6", "< 5 3", "closed")]
    [InlineData(
        "a number too low", "> 0 2", "> 0 2", "< 5 2 58=MsgSeqNum too low, expecting 3 but received 2", "closed")]
    [InlineData("a duplicate that was seen", "> D 2 11=a", "> D 2 [43=Y|122=@-1] 11=a", "> 1 3 112=x", "< 0 2 112=x")]
    [InlineData("a duplicate that was not seen", "> D 2 [43=Y|122=@-1] 11=a", "> 1 3 112=x", "< 0 2 112=x")]
    [InlineData(
        "a duplicate from later than now", "> D 2 [43=Y|122=@+9] 11=a",
        "< 3 2 45=2|371=122|372=D|373=10|58=OrigSendingTime (122) is after SendingTime (52).",
        "< 5 3 58=OrigSendingTime (122) is after SendingTime (52).", "closed")]
    [InlineData(
        "a duplicate without its first time", "> D 2 [43=Y] 11=a",
        "< 3 2 45=2|371=122|372=D|373=1|58=OrigSendingTime (122) is missing.")]
    [InlineData(
        "another SenderCompID", "> D 2 [49=WT] 11=a",
        "< 3 2 45=2|371=49|372=D|373=9|58=SenderCompID (49) is the same in all messages of a session. Received: 'WT'.",
        "< 5 3 58=SenderCompID (49) is the same in all messages of a session. Received: 'WT'.", "closed")]
    [InlineData(
        "a time out of range", "> D 2 [52=@-121] 11=a",
        "< 3 2 45=2|371=52|372=D|373=10|58=SendingTime (52) is more than two minutes from @.",
        "< 5 3 58=SendingTime (52) is more than two minutes from @.", "closed")]
    [InlineData(
        "a type that there is not", "> * 2",
        "< 3 2 45=2|371=35|372=*|373=11|58=FIX 4.4 has no such MsgType (35). Received: '*'.",
        "> 5 3", "< 5 3", "closed")]
    [InlineData(
        "a type that is not taken", "> 8 2 37=id",
        "< j 2 45=2|372=8|380=3|58=The exchange does not take messages of type 8.")]
    [InlineData("nothing sent for a heartbeat", "+ 30", "< 0 2", "> 0 2", "+ 30", "< 0 3")]
    [InlineData("a TestRequest", "> 1 2 112=HELLO", "< 0 2 112=HELLO")]
    [InlineData(
        "nothing heard", "+ 30", "< 0 2", "+ 6", "< 1 3 112=TEST-3", "> 0 2 112=TEST-3", "+ 30", "< 0 4", "+ 6",
        "< 1 5 112=TEST-5")]
    [InlineData("a Reject of the client", "> 3 2 45=1", "> 5 3", "< 5 2", "closed")]
    [InlineData(
        "messages of the session sent again", "> 1 2 112=a", "< 0 2 112=a", "> 1 3 112=b", "< 0 3 112=b",
        "> 2 4 7=1|16=0", "< 4 1 43=Y|122=@|123=Y|36=4")]
    [InlineData("a gap filled in its turn", "> 4 2 36=20|123=Y", "> 1 20 112=x", "< 0 2 112=x")]
    [InlineData("a gap filled too early", "> 4 10 36=20|123=Y", "< 2 2 7=2|16=0", "> 1 20 112=x")]
    [InlineData(
        "a gap filled too late", "> 4 1 [43=Y|122=@-1] 36=20|123=Y", "> 1 2 112=x", "< 0 2 112=x", "> 4 1 36=20|123=Y",
        "< 5 3 58=MsgSeqNum too low, expecting 3 but received 1", "closed")]
    [InlineData(
        "numbers set higher", "> 4 0 36=25", "> 1 25 112=x", "< 0 2 112=x", "> 4 0 36=50|123=N", "> 1 50 112=x",
        "< 0 3 112=x")]
    [InlineData(
        "numbers set to the same", "> 4 0 36=2", "> 1 2 112=x", "< 0 2 112=x", "> 4 0 36=3|123=N", "> 1 3 112=x",
        "< 0 3 112=x")]
    [InlineData(
        "numbers set lower", "> 4 0 36=1", "< 3 2 45=0|371=36|372=4|373=5|58=NewSeqNo (36) is 2 at least. Received: 1.",
        "> 1 2 112=x", "< 0 3 112=x")]
    [InlineData("a Logout without a question", "> 5 2", "< 5 2", "closed")]
    [InlineData(
        "a tag that there is not", "> 0 2 999=HI", "< 3 2 45=2|371=999|372=0|373=0|58=999 is not a tag of message 0.")]
    [InlineData(
        "a tag below zero", "> 0 2 -1=HI", "< 3 2 45=2|372=0|373=0|58=A field begins with the number of its tag.")]
    [InlineData("a tag of the client's own", "> 0 2 5000=HI", "> 1 3 112=x", "< 0 2 112=x")]
    [InlineData("a required tag missing", "> 0 2 [56]", "< 3 2 45=2|371=56|372=0|373=1|58=56 is missing.")]
    [InlineData(
        "a tag of another message", "> 0 2 55=MSFT", "< 3 2 45=2|371=55|372=0|373=2|58=55 is not a tag of message 0.")]
    [InlineData("a tag without a value", "> 0 2 [56=]", "< 3 2 45=2|371=56|372=0|373=4|58=56 is missing.")]
    [InlineData("a tag twice", "> D 2 11=a|40=1|40=2", "< 3 2 45=2|371=40|372=D|373=13|58=40 is there more than once.")]
    [InlineData("fields in another order", "> D 2 40=1|11=a", "> D 3 11=b|40=1", "> 1 4 112=x", "< 0 2 112=x")]
    [InlineData("a group of no entries", "> V 2 262=q|267=1|269=0|146=0", "> 1 3 112=x", "< 0 2 112=x")]
    [InlineData(
        "both sides ask for lost messages", "> 1 2 112=a", "< 0 2 112=a", "> 0 5", "< 2 3 7=3|16=0", "> 2 6 7=1|16=2",
        "< 4 1 43=Y|122=@|123=Y|36=3",
        "> 0 3 [43=Y|122=@]", "> 0 4 [43=Y|122=@]", "> 0 5 [43=Y|122=@]", "> 4 6 [43=Y|122=@] 123=Y|36=7",
        "> 1 7 112=b", "< 0 4 112=b")]
    [InlineData(
        "a wrong message among those sent again", "> 1 3 112=a", "< 2 2 7=2|16=0", "> D 2 [43=Y|122=@] 11=a|126=x",
        "< 3 3 45=2|371=126|372=D|373=2|58=126 is not a tag of message D.", "> 1 3 [43=Y|122=@] 112=a", "< 0 4 112=a")]
    [InlineData(
        "numbers begun anew", "> 0 2", "> 0 3", "> 1 4 112=x", "< 0 2 112=x", "> A 1 98=0|108=30|141=Y",
        "< A 1 98=0|108=30|141=Y", "> 1 2 112=y", "< 0 2 112=y")]
    public async Task A_session_answers_as_FIX_has_it(string topic, params string[] lines)
    {
        Assert.NotEmpty(topic);
        await using var desk = new FixDesk();
        await desk.Plays([.. s_logon, .. lines]);
    }

    [Theory]
    [InlineData(
        "a logon with a number too high", "> A 5 98=0|108=30|554=key",
        "< 5 1 58=A session begins at 1: a logon has MsgSeqNum (34) 1, and ResetSeqNumFlag (141) Y.")]
    [InlineData(
        "a logon to another exchange", "> A 1 [56=DLSI] 98=0|108=30|554=key",
        "< 5 1 58=TargetCompID (56) is QUANTUMCORE. Received: 'DLSI'.")]
    [InlineData(
        "a logon from another time", "> A 1 [52=@-121] 98=0|108=30|554=key",
        "< 5 1 58=SendingTime (52) is more than two minutes from @.")]
    [InlineData("a first message that is no logon", "> 0 1")]
    public async Task A_logon_that_is_none_ends_the_connection(string topic, params string[] lines)
    {
        Assert.NotEmpty(topic);
        await using var desk = new FixDesk();
        await desk.Plays([.. lines, "closed"]);
    }

    [Theory]
    [InlineData("8=FIX.4.4|9=52|35=0|34=2|4garbled9=DESK|52=20260102-09:00:00|56=QUANTUMCORE|10=000|")]
    [InlineData("35=0|8=FIX.4.4|9=29|34=2|10=121|")]
    [InlineData("34=3|35=0|")]
    [InlineData("8=FIX.4.4|9=30|35=D|34=2|49=DESK|56=QUANTUMCORE|52=20260102-09:00:00|11=a|10=000|")]
    [InlineData("8=FIX.4.4|9=59|35=0|34=2|49=DESK|52=20260102-09:00:00.000|56=QUANTUMCORE|10=256|")]
    public async Task Bytes_that_are_no_message_are_passed_over_and_the_next_message_is_taken(string bytes)
    {
        await using var floor = await FixFloor.OpenAsync(new ManualTime());
        var (client, _) = await floor.LogOnAsync();
        await using var closing = client;
        await client.WriteAsync(Encoding.Latin1.GetBytes(bytes.Replace('|', '\u0001')));
        await client.SayAsync("1", "112=HELLO");
        await client.HearsAsync("0 2 112=HELLO");

        // The exchange requests the number of a message that was lost with them.
        await client.SayAsync("0", number: 4);
        await client.HearsAsync("2 3 7=3|16=0");
    }
}
