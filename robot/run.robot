*** Settings ***
Documentation       ``bugcapture run``, over the tests of all frameworks.
Resource            commands.resource
Test Setup          Make A Project
Test Teardown       Remove The Project


*** Test Cases ***
One Run Over All Frameworks
    Add Tests Of Other Frameworks
    ${result} =    Bugcapture    0    run
    @{lines} =    Evaluate    [line.split()[:3] for line in $result.stdout.splitlines()]
    @{expected} =    Create List
    ...    ${{ ['BUG', 'VERDICT', 'FRAMEWORK'] }}
    ...    ${{ ['#7', 'expected_failure', 'behave'] }}
    ...    ${{ ['#8', 'passed', 'behave'] }}
    ...    ${{ ['#9', 'expected_failure', 'robot'] }}
    ...    ${{ ['#10', 'expected_failure', 'pytest'] }}
    Lists Should Be Equal    ${lines}    ${expected}
    Should Be Equal    ${result.stderr}
    ...    bugcapture: 3 expected failures (#7, #9, #10), 0 look fixed, 0 wrong, 0 regressed

A Fixed Bug Is Red Until It Is Graduated
    Create File    ${PROJECT}/shop.py    def total(prices):\n${SPACE * 4}return sum(prices)\n
    ${result} =    Bugcapture    1    run    7
    Should Contain    ${result.stdout}    run `bugcapture graduate 7`
    Should End With    ${result.stderr}    0 expected failures, 1 look fixed (#7), 0 wrong, 0 regressed
    Bugcapture    0    graduate    7
    Bugcapture    0    run    7

JSON And JUnit For Programs
    ${result} =    Bugcapture    0    run    --format\=json    --quiet
    Should Be Empty    ${result.stderr}
    ${document} =    Read JSON    ${result.stdout}    bugcapture.run/1
    Should Be Equal    ${document}[failed]    ${False}
    Length Should Be    ${document}[tests]    2
    Bugcapture    0    run    --format\=junit    --output\=bugs.xml
    ${xml} =    Get File    ${PROJECT}/bugs.xml
    ${top} =    Evaluate    xml.etree.ElementTree.fromstring($xml)    modules=xml.etree.ElementTree
    Should Be Equal    ${{ dict($top.attrib, time='') }}
    ...    ${{ {'name': 'bugcapture', 'tests': '2', 'failures': '0', 'errors': '0', 'skipped': '1', 'time': ''} }}

Nothing Is Written But Evidence That Was Asked For
    Git    init    --quiet
    Git    add    .
    Bugcapture    0    run    --jobs\=2
    ${status} =    Git    status    --porcelain    --untracked-files\=all
    Should Not Contain    ${status}    ??
    Set Variable For Commands    BUGCAPTURE_EVIDENCE_DIR    ${PROJECT}/evidence
    Bugcapture    0    run    --jobs\=2
    @{files} =    List Files In Directory    ${PROJECT}/evidence    *.jsonl
    Length Should Be    ${files}    1

Broken Tags Stop The Run
    Break Project    ${PROJECT}
    ${result} =    Bugcapture    1    run
    Should Be Empty    ${result.stdout}
    Should Contain    ${result.stderr}    features/broken.feature:3: T1


*** Keywords ***
Add Tests Of Other Frameworks
    VAR    ${suite}    *** Test Cases ***\nThe Total\n
    ...    ${SPACE * 4}\[Tags]${SPACE * 4}tdd_bug${SPACE * 4}tdd_bug_9${SPACE * 4}tdd_expected_fail\n
    ...    ${SPACE * 4}Should Be Equal${SPACE * 4}4${SPACE * 4}7\n    separator=${EMPTY}
    Create File    ${PROJECT}/till.robot    ${suite}
    VAR    ${module}    import pytest, shop\n\n\n@pytest.mark.tdd_bug(10)\n@pytest.mark.tdd_expected_fail\n
    ...    def test_total():\n${SPACE * 4}assert shop.total([3, 4]) \=\= 7\n    separator=${EMPTY}
    Create File    ${PROJECT}/test_till.py    ${module}
