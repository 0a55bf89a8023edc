*** Settings ***
Documentation       From a project without bugcapture to a captured bug: ``init``, ``capture``, the framework, ``gate``.
Resource            commands.resource
Test Setup          Make A Stranger's Repository
Test Teardown       Remove The Project


*** Variables ***
${TITLE}            The cart forgets the first item
${MESSAGE}          4 is not 7
${TODO}             TODO what it says while the bug is there
${BEHAVE_STEPS}     SEPARATOR=\n
...                 import shop
...                 from behave import step
...                 ${EMPTY}
...                 @step('TODO the state in which bug 7 shows itself')
...                 @step('TODO what brings it out')
...                 def nothing(context):
...                 ${SPACE * 4}pass
...                 ${EMPTY}
...                 @step('TODO what is right instead')
...                 def check(context):
...                 ${SPACE * 4}found = shop.total([3, 4])
...                 ${SPACE * 4}assert found == 7, f'{found} is not 7'
...                 ${EMPTY}
${ROBOT_KEYWORDS}    SEPARATOR=\n
...                 import shop
...                 ${EMPTY}
...                 def total_should_be_right():
...                 ${SPACE * 4}found = shop.total([3, 4])
...                 ${SPACE * 4}assert found == 7, f'{found} is not 7'
...                 ${EMPTY}
${PYTEST_BODY}      SEPARATOR=\n
...                 found = shop.total([3, 4])
...                 ${SPACE * 4}assert found == 7, f'{found} is not 7'


*** Test Cases ***
Behave: From Nothing To A Captured Bug
    Wire In    behave
    Capture    behave    features/the_cart_forgets_the_first_item.feature
    ${result} =    Run In Project    1    behave
    Should Contain    ${result.stderr}    wrong failure
    Create File    ${PROJECT}/features/steps/cart.py    ${BEHAVE_STEPS}
    Fill In    features/the_cart_forgets_the_first_item.feature
    ${result} =    Run In Project    0    behave
    Should End With    ${result.stderr}    bugcapture: 1 expected failure (#7), 0 look fixed, 0 wrong, 0 regressed
    Ask The Gate
    Fix And Graduate    behave

Robot Framework: From Nothing To A Captured Bug
    Wire In    robot
    Append To File    ${PROJECT}/robot.args    --pythonpath .\n--output NONE\n--log NONE\n--report NONE\n
    Git    commit    --quiet    --all    --message\=build: leave no reports
    Capture    robot    robot/the_cart_forgets_the_first_item.robot
    ${result} =    Run In Project    1    robot    --argumentfile    robot.args    robot
    Should Contain    ${result.stderr}    wrong failure
    Create File    ${PROJECT}/robot/Cart.py    ${ROBOT_KEYWORDS}
    Fill In    robot/the_cart_forgets_the_first_item.robot
    ...    *** Test Cases ***=*** Settings ***\nLibrary${SPACE * 4}Cart.py\n\n*** Test Cases ***
    ...    TODO The State In Which Bug 7 Shows Itself=No Operation
    ...    TODO What Is Right Instead=Total Should Be Right
    ${result} =    Run In Project    0    robot    --argumentfile    robot.args    robot
    Should End With    ${result.stderr}    bugcapture: 1 expected failure (#7), 0 look fixed, 0 wrong, 0 regressed
    Ask The Gate
    Fix And Graduate    robot    --argumentfile    robot.args    robot

Pytest: From Nothing To A Captured Bug
    Wire In    pytest
    Capture    pytest    tests/test_the_cart_forgets_the_first_item.py
    ${result} =    Run In Project    1    pytest    -p    no:cacheprovider
    Should Contain    ${result.stdout}    wrong failure
    Fill In    tests/test_the_cart_forgets_the_first_item.py
    ...    import pytest=import pytest\nimport shop
    ...    raise NotImplementedError("write the test of bug 7: assert what is right instead")=${PYTEST_BODY}
    Set Variable For Commands    PYTHONPATH    .
    ${result} =    Run In Project    0    pytest    -p    no:cacheprovider
    Should End With    ${result.stderr}    bugcapture: 1 expected failure (#7), 0 look fixed, 0 wrong, 0 regressed
    Ask The Gate
    Fix And Graduate    pytest    -p    no:cacheprovider

Init Shows, Writes Once, And Is Content Afterwards
    ${shown} =    Bugcapture    1    init    --framework    behave    --hook    --ci    github
    Should Contain    ${shown.stdout}    +from bugcapture.behave import install
    ${status} =    Git    status    --porcelain
    Should Be Empty    ${status}
    ${result} =    Bugcapture    1    init    --framework    behave    --hook    --ci    github    --check
    Length Should Be    ${result.stdout.splitlines()}    4
    ${result} =    Bugcapture    0    init    --framework    behave    --hook    --ci    github    --yes
    ${status} =    Git    status    --porcelain    --untracked-files\=all
    Length Should Be    ${status.splitlines()}    4
    Bugcapture    0    init    --framework    behave    --hook    --ci    github    --check
    ${result} =    Bugcapture    0    init    --framework    behave    --hook    --ci    github    --format\=json
    ${document} =    Read JSON    ${result.stdout}    bugcapture.init/1
    Should Be Empty    ${document}[changes]

Capture In JSON For Programs
    ${result} =    Bugcapture    0    capture    7    --framework    behave    --title    ${TITLE}    --format\=json
    ${document} =    Read JSON    ${result.stdout}    bugcapture.capture/1
    Should Be Equal    ${document}[test][path]    features/the_cart_forgets_the_first_item.feature
    Should Be Equal    ${document}[branch]    tdd/the-cart-forgets-the-first-item
    Should Start With    ${document}[commit_message]    test: add TDD bug-capture test for #7 — ${TITLE}\n\n
    ${text} =    Get File    ${PROJECT}/${document}[test][path]
    Should Be Equal    ${document}[files][0][content]    ${text}
    ${result} =    Bugcapture    1    capture    7
    Should Contain    ${result.stderr}    features/the_cart_forgets_the_first_item.feature:7: this test captures bug 7 already


*** Keywords ***
Make A Stranger's Repository
    [Documentation]    A shop with a bug, and no test yet.
    Make A Project
    Remove Directory    ${PROJECT}/features    recursive=True
    Git    init    --quiet    --initial-branch\=main
    Git    add    .
    Git    commit    --quiet    --message\=feat: a shop

Wire In
    [Arguments]    ${framework}
    Bugcapture    0    init    --framework    ${framework}    --yes
    Bugcapture    0    init    --framework    ${framework}    --check
    Git    add    .
    Git    commit    --quiet    --message\=build: add bugcapture

Capture
    [Documentation]    Writes the test on a branch of its own, as it is told.
    [Arguments]    ${framework}    ${file}
    ${result} =    Bugcapture    0    capture    7    --framework    ${framework}    --title    ${TITLE}
    Should Start With    ${result.stdout}    ${file}: new: the test of bug 7
    VAR    ${OUTPUT}    ${result.stdout}    scope=TEST
    Bugcapture    0    check
    Git    switch    --quiet    -c    tdd/the-cart-forgets-the-first-item

Fill In
    [Arguments]    ${file}    @{changes}
    ${text} =    Get File    ${PROJECT}/${file}
    ${text} =    Evaluate    $text.replace($TODO, $MESSAGE)
    FOR    ${change}    IN    @{changes}
        ${old}    ${new} =    Evaluate    $change.split('=', 1)
        Should Contain    ${text}    ${old}
        ${text} =    Evaluate    $text.replace($old, $new)
    END
    Create File    ${PROJECT}/${file}    ${text}

Ask The Gate
    [Documentation]    The commit message that was printed is what the gate wants.
    ${message} =    Evaluate    textwrap.dedent($OUTPUT.partition('commit message:\\n')[2])    textwrap
    Git    add    .
    Git    commit    --quiet    --message\=${message}
    ${result} =    Bugcapture    0    gate    --base\=main
    Should Contain    ${result.stdout}    this branch captures bug 7

Fix And Graduate
    [Documentation]    The fix makes the run red until the switch goes.
    [Arguments]    ${command}    @{arguments}
    Create File    ${PROJECT}/shop.py    def total(prices):\n${SPACE * 4}return sum(prices)\n
    ${result} =    Run In Project    1    ${command}    @{arguments}
    Should End With    ${result.stderr}    bugcapture: 0 expected failures, 1 look fixed (#7), 0 wrong, 0 regressed
    Bugcapture    0    graduate    7
    Run In Project    0    ${command}    @{arguments}
